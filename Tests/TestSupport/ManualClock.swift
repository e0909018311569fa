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

    private enum Sleeper: Sendable {
        case arriving
        case parked(Instant, CheckedContinuation<Void, any Error>)
        case cancelled
    }

    private struct State: Sendable {
        var now = Instant(offset: .zero)
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
    }

    private let state = Locked(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            state.sleepers[state.next] = .arriving
            return state.next
        }
        defer { state.withLock { _ = $0.sleepers.removeValue(forKey: id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    if case .cancelled = state.sleepers[id] { return .failure(CancellationError()) }
                    if state.now >= deadline { return .success(()) }
                    state.sleepers[id] = .parked(deadline, continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let parked = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let sleeper = state.sleepers[id] else { return nil }
                state.sleepers[id] = .cancelled
                if case .parked(_, let continuation) = sleeper { return continuation }
                return nil
            }
            parked?.resume(throwing: CancellationError())
        }
    }

    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            var due: [CheckedContinuation<Void, any Error>] = []
            for case (let id, .parked(let deadline, let continuation)) in state.sleepers where deadline <= state.now {
                due.append(continuation)
                state.sleepers[id] = .arriving
            }
            return due
        }
        for continuation in due { continuation.resume() }
    }

    /// How many tasks sleep.
    package var sleeperCount: Int {
        state.withLock { state in
            state.sleepers.values.count { sleeper in if case .parked = sleeper { true } else { false } }
        }
    }

    /// Suspends until a task sleeps until exactly `offset`, so that `advance` cannot run ahead of it. Returns early
    /// when the suite's time limit cancels the test.
    package func waitForSleeper(until offset: Duration) async {
        await TestSupport.until { hasSleeper(until: offset) }
    }

    private func hasSleeper(until offset: Duration) -> Bool {
        state.withLock { state in
            state.sleepers.values.contains { sleeper in
                if case .parked(let deadline, _) = sleeper { deadline.offset == offset } else { false }
            }
        }
    }
}
