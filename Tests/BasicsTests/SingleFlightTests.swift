// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SingleFlightTests {
    struct Broken: Error, Equatable {}

    @Test func whoeverComesMeanwhileGetsTheSameValue() async throws {
        let values = SingleFlight<String, Int>()
        let fetches = Recorder<Int>()
        let gate = Latch()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await values.value(for: "a", isFresh: { _ in true }) {
                        fetches.record(1)
                        try await gate.wait()
                        return fetches.all.count
                    }
                }
            }
            await fetches.wait(for: 1)
            gate.open()
            for try await value in group { #expect(value == 1) }
        }
        #expect(fetches.all.count == 1)
        #expect(try await values.value(for: "b", isFresh: { _ in true }) { 7 } == 7)
    }

    @Test func whatIsNoLongerFreshIsFetchedAgain() async throws {
        let values = SingleFlight<String, Int>()
        #expect(try await values.value(for: "a", isFresh: { _ in true }) { 1 } == 1)
        #expect(try await values.value(for: "a", isFresh: { _ in true }) { 2 } == 1)
        #expect(try await values.value(for: "a", isFresh: { $0 > 1 }) { 3 } == 3)
        values.forget("a")
        #expect(try await values.value(for: "a", isFresh: { _ in true }) { 4 } == 4)
    }

    @Test func aFailureIsNotKept() async throws {
        let values = SingleFlight<String, Int>()
        await #expect(throws: Broken()) { try await values.value(for: "a", isFresh: { _ in true }) { throw Broken() } }
        #expect(try await values.value(for: "a", isFresh: { _ in true }) { 5 } == 5)
    }

    @Test func aFetchThatWasCancelledIsTakenOver() async throws {
        for _ in 0..<200 {
            let values = SingleFlight<String, Int>()
            let begun = Latch()
            let first = Task {
                try await values.value(for: "a", isFresh: { _ in true }) {
                    begun.open()
                    try await Latch().wait()
                    return 1
                }
            }
            try await begun.wait()
            async let second = values.value(for: "a", isFresh: { _ in true }) { 2 }
            first.cancel()
            #expect(try await second == 2)
            await #expect(throws: CancellationError.self) { try await first.value }
        }
    }
}
