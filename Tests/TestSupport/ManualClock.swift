// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// A clock that moves only when told to.
package final class ManualClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        package var offset: Duration

        package init(offset: Duration) { self.offset = offset }

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    private struct State: Sendable {
        var now = Instant(offset: .zero)
        /// By the moment until which they sleep. The answer is whether it has come.
        var sleepers: [Instant: Waiters<Bool>] = [:]

        subscript(deadline: Instant) -> Waiters<Bool> {
            get { sleepers[deadline] ?? Waiters() }
            set { sleepers[deadline] = newValue }
        }
    }

    private let state = Locked(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let isDue = await state.wait(in: \.[deadline], cancelled: false) { state in
            state.now >= deadline ? true : nil
        }
        guard isDue else { throw CancellationError() }
    }

    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let moments = state.sleepers.keys.filter { $0 <= state.now }
            return moments.flatMap { state.sleepers[$0]?.takeAll() ?? [] }
        }
        for sleeper in due { sleeper.resume(returning: true) }
    }

    /// How many tasks sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.values.reduce(0) { $0 + $1.count } } }

    /// Suspends until a task, or so many, sleep until exactly `offset`, so that `advance` cannot run ahead of them. Returns
    /// early when the suite's time limit cancels the test.
    package func waitForSleeper(until offset: Duration, count: Int = 1) async {
        await TestSupport.until { sleeperCount(until: offset) >= count }
    }

    private func sleeperCount(until offset: Duration) -> Int {
        state.withLock { $0.sleepers[Instant(offset: offset)]?.count ?? 0 }
    }
}
