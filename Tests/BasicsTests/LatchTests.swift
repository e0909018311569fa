// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LatchTests {
    @Test func openingReleasesEverybody() async throws {
        let latch = Latch()
        let released = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await latch.wait()
                    released.withLock { $0 += 1 }
                }
            }
            await Task.yield()
            #expect(released.withLock { $0 } == 0)
            latch.open()
            try await group.waitForAll()
        }
        #expect(released.withLock { $0 } == 20)
        try await latch.wait()
    }

    @Test func aCancelledWaiterThrows() async {
        let latch = Latch()
        let task = Task { try await latch.wait() }
        await Task.yield()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func noWaiterIsLostWhenOpenAndCancelRace() async {
        for round in 0..<3_000 {
            let latch = Latch()
            let task = Task { try await latch.wait() }
            if round.isMultiple(of: 3) { await Task.yield() }
            if round.isMultiple(of: 2) {
                task.cancel()
                latch.open()
            } else {
                latch.open()
                task.cancel()
            }
            // Both may come first; what may not happen is that it never ends.
            if case .failure(let error) = await task.result { #expect(error is CancellationError) }
        }
    }
}
