// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// At most so many at a time; the others wait in order.
final class CallSlots: Sendable {
    /// Three states, because the cancel may come before the continuation does.
    private enum Waiter: Sendable {
        case arriving
        case parked(CheckedContinuation<Bool, Never>)
        case cancelled
    }

    private struct State: Sendable {
        var free: Int
        var waiters: [UInt64: Waiter] = [:]
        /// The order of arrival; those that have gone are skipped.
        var queue: [UInt64] = []
        var next: UInt64 = 0
    }

    private let state: Locked<State>

    init(_ count: Int) { state = Locked(State(free: count)) }

    /// How many wait; `nil`: there is a free slot.
    var waiting: Int? {
        state.withLock { state in
            guard state.free == 0 else { return nil }
            return state.waiters.values.count { waiter in if case .parked = waiter { true } else { false } }
        }
    }

    /// `nil` if the task was cancelled while it waited.
    func with<Value: Sendable>(_ body: () async -> Value) async -> Value? {
        guard await take() else { return nil }
        defer { giveBack() }
        return await body()
    }

    private func take() async -> Bool {
        let id = state.withLock { state in
            state.next += 1
            state.waiters[state.next] = .arriving
            return state.next
        }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if case .cancelled = state.waiters[id] { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiters[id] = .parked(continuation)
                    state.queue.append(id)
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let parked = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let waiter = state.waiters[id] else { return nil }
                state.waiters[id] = .cancelled
                if case .parked(let continuation) = waiter { return continuation }
                return nil
            }
            parked?.resume(returning: false)
        }
    }

    private func giveBack() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            while !state.queue.isEmpty {
                let id = state.queue.removeFirst()
                guard case .parked(let continuation) = state.waiters[id] else { continue }
                state.waiters[id] = .arriving  // the slot is its own now
                return continuation
            }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
