// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RetryPolicyTests {
    struct Broken: Error, Equatable { var number: Int }

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
        for (pause, longest) in zip(pauses.all, [1, 2, 4]) {
            #expect((0.5...1).contains(pause / .milliseconds(200 * longest)))
        }
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
