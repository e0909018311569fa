// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct BackoffTests {
    @Test(arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (40, 10), (41, 10), (1_000_000, 10)])
    func delaysDoubleUpToTheMaximum(failures: Int, seconds: Int) {
        let backoff = Backoff(base: .seconds(1), maximum: .seconds(10))
        #expect(backoff.delay(after: failures, random: 0) == .seconds(seconds))
    }

    @Test func thirtyNineDoublingsOfAnHourDoNotOverflow() {
        let backoff = Backoff(base: .seconds(3600), maximum: .seconds(86_400))
        #expect(backoff.delay(after: 40, random: 0) == .seconds(86_400))
    }

    @Test func theRandomNumberPicksAPlaceInTheJitter() {
        let backoff = Backoff(base: .seconds(4), maximum: .seconds(8), jitter: 0.5...1.5)
        #expect([0, 0.5, 1].map { backoff.delay(after: 1, random: $0) } == [.seconds(2), .seconds(4), .seconds(6)])
        // Also of the maximum: many who have reached it do not come back together either.
        #expect(backoff.delay(after: 9, random: 1) == .seconds(12))
    }
}
