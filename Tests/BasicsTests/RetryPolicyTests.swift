// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RetryPolicyTests {
    struct Broken: Error, Equatable { var number: Int }

    struct Seeded: RandomNumberGenerator {
        var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10), (1_000_000, 10)])
    func delaysDoubleUpToTheMaximumAndArePartlyRandom(failures: Int, longest: Int) {
        let policy = RetryPolicy(attempts: 9, base: .seconds(1), maximum: .seconds(10))
        var random = Seeded()
        let delays = (0..<1000).map { _ in policy.delay(after: failures, using: &random) / .seconds(longest) }
        #expect(delays.allSatisfy { (0.5...1).contains($0) })
        #expect((delays.max() ?? 0) - (delays.min() ?? 0) > 0.4)
    }

    @Test func retriesEndWithTheFirstSuccess() async throws {
        let tries = Recorder<Int>()
        let policy = RetryPolicy(attempts: 5) { _ in }
        let value = try await policy.run { _ in
            true
        } _: {
            tries.record(1)
            if tries.all.count < 3 { throw Broken(number: tries.all.count) }
            return "done"
        }
        #expect(value == "done")
        #expect(tries.all.count == 3)
    }

    @Test func retriesEndAfterTheLastAttemptOrAFinalError() async {
        let pauses = Recorder<Duration>()
        let policy = RetryPolicy(attempts: 4) { pauses.record($0) }
        let tries = Recorder<Int>()
        await #expect(throws: Broken(number: 4)) {
            try await policy.run { _ in
                true
            } _: {
                tries.record(1)
                throw Broken(number: tries.all.count)
            }
        }
        #expect(pauses.all.count == 3)
        await #expect(throws: Broken(number: 0)) {
            try await policy.run { _ in
                false
            } _: {
                throw Broken(number: 0)
            }
        }
        #expect(pauses.all.count == 3)
    }
}
