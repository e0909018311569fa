// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct InParallelTests {
    struct Broken: Error {}

    @Test(arguments: [1, 3, 100]) func valuesComeInTheOrderOfTheItems(limit: Int) async throws {
        let values = try await inParallel(Array(0..<50), atMost: limit) { item in
            for _ in 0..<(50 - item) { await Task.yield() }
            return item * 2
        }
        #expect(values == (0..<50).map { $0 * 2 })
    }

    @Test func noMoreThanTheLimitRunAtATime() async throws {
        let counts = Locked((now: 0, most: 0))
        _ = try await inParallel(Array(0..<200), atMost: 3) { _ in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            await Task.yield()
            counts.withLock { $0.now -= 1 }
        }
        #expect(counts.withLock { $0.most } <= 3)
    }

    @Test func aFailureCancelsTheOthersAndIsThrown() async throws {
        let begun = Recorder<Int>()
        await #expect(throws: Broken.self) {
            try await inParallel(Array(0..<50), atMost: 2) { item in
                begun.record(item)
                if item == 1 {
                    await begun.wait(for: 2)
                    throw Broken()
                }
                try await Latch().wait()
            }
        }
        #expect(begun.all.count == 2)
    }

    @Test func nothingToDoIsDoneAtOnce() async throws {
        #expect(try await inParallel([Int](), atMost: 4) { $0 }.isEmpty)
    }
}
