// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RetryPolicyTests {
    struct Broken: Error, Equatable { var number: Int }

    struct Busy: RetriedError {
        var retryAfter: Duration?
        var isSpent = false
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

    @Test func triesInsideOfTriesAreNotMultiplied() async {
        let tries = Recorder<Int>()
        let policy = RetryPolicy(attempts: 4) { _ in }
        let error = await failure(Busy.self) {
            try await policy.run { _ in
                true
            } _: {
                try await policy.run { _ in
                    true
                } _: {
                    tries.record(1)
                    throw Busy()
                }
            }
        }
        #expect(error?.isSpent == true)
        #expect(tries.all.count == 4)
    }

    @Test(arguments: [(nil, 0.2), (5, 5), (3600, 60)] as [(Int?, Double)])
    func whatTheOtherSideAsksForIsWaitedForWithinReason(wish: Int?, longest: Double) async {
        let pauses = Recorder<Duration>()
        _ = await failure(Busy.self) {
            try await RetryPolicy(attempts: 2) { pauses.record($0) }.run { _ in
                true
            } _: {
                throw Busy(retryAfter: wish.map { .seconds($0) })
            }
        }
        #expect(pauses.all.count == 1)
        #expect(pauses.all.allSatisfy { $0 <= .seconds(longest) && $0 >= .seconds(longest / 2) })
    }
}
