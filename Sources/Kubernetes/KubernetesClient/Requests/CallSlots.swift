// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// At most so many at a time; the others wait in order.
final class CallSlots: Sendable {
    private struct State: Sendable {
        var free: Int
        /// The answer is whether the waiter has a slot.
        var waiters = Waiters<Bool>()
    }

    private let state: Locked<State>

    init(_ count: Int) { state = Locked(State(free: count)) }

    /// How many wait; `nil`: there is a free slot.
    var waiting: Int? { state.withLock { $0.free == 0 ? $0.waiters.count : nil } }

    /// `nil` if the task was cancelled while it waited.
    func with<Value: Sendable>(_ body: () async -> Value) async -> Value? {
        guard await take() else { return nil }
        defer { giveBack() }
        return await body()
    }

    private func take() async -> Bool {
        await state.wait(in: \.waiters, cancelled: false) { state in
            guard state.free > 0 else { return nil }
            state.free -= 1
            return true
        }
    }

    private func giveBack() {
        let next = state.withLock { state in
            let next = state.waiters.takeFirst()  // the slot is its own now
            if next == nil { state.free += 1 }
            return next
        }
        next?.resume(returning: true)
    }
}
