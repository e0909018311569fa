// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct ExponentialBackoffTests {
    @Test func doublesUpToTheMaximum() {
        var backoff = ExponentialBackoff<String>()
        let delays = (0..<20).map { _ in backoff.next(for: "a") }
        #expect(delays.prefix(4) == [.milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(40)])
        #expect(delays[17] == .milliseconds(5 * 131_072))
        #expect(delays[18] == .seconds(1000))
    }

    @Test func forgettingStartsAgain() {
        var backoff = ExponentialBackoff<String>()
        for _ in 0..<100 { _ = backoff.next(for: "a") }
        backoff.forget("a")
        #expect(backoff.next(for: "a") == .milliseconds(5))
    }
}
