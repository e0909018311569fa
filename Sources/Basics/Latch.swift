// SPDX-License-Identifier: Apache-2.0

/// Opens once and stays open. Carries "please stop" and "I am ready" between tasks.
package final class Latch: Sendable {
    /// Three states, because the cancel may come before the continuation does.
    private enum Waiter: Sendable {
        case arriving
        case parked(CheckedContinuation<Void, any Error>)
        case cancelled
    }

    private struct State: Sendable {
        var isOpen = false
        var waiters: [Int: Waiter] = [:]
        var nextID = 0
    }

    private let state = Locked(State())

    package init() {}

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Returns when the latch is open; throws if the task is cancelled before that.
    package func wait() async throws {
        let id = state.withLock { state in
            state.nextID += 1
            state.waiters[state.nextID] = .arriving
            return state.nextID
        }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer = state.withLock { state -> Result<Void, any Error>? in
                    if case .cancelled = state.waiters[id] { return .failure(CancellationError()) }
                    if state.isOpen { return .success(()) }
                    state.waiters[id] = .parked(continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let parked = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let waiter = state.waiters[id] else { return nil }
                state.waiters[id] = .cancelled
                if case .parked(let continuation) = waiter { return continuation }
                return nil
            }
            parked?.resume(throwing: CancellationError())
        }
    }

    /// Waits even if the task is cancelled: for cleaning up.
    package func waitInAnyCase() async { await Task { try? await wait() }.value }

    /// Releases everybody who waits, now and later. Callable from any thread, and more than once.
    package func open() {
        let parked = state.withLock { state in
            state.isOpen = true
            let parked = state.waiters.values.compactMap { waiter -> CheckedContinuation<Void, any Error>? in
                if case .parked(let continuation) = waiter { continuation } else { nil }
            }
            for id in state.waiters.keys { state.waiters[id] = .arriving }
            return parked
        }
        for continuation in parked { continuation.resume() }
    }
}
