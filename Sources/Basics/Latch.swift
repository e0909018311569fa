// SPDX-License-Identifier: Apache-2.0

/// Opens once and stays open. Carries "please stop" and "I am ready" between tasks.
package final class Latch: Sendable {
    private struct State: Sendable {
        var isOpen = false
        /// The answer is whether it opened.
        var waiters = Waiters<Bool>()
    }

    private let state = Locked(State())

    package init() {}

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Returns when the latch is open; throws if the task is cancelled before that.
    package func wait() async throws {
        let hasOpened = await state.wait(in: \.waiters, cancelled: false) { $0.isOpen ? true : nil }
        guard hasOpened else { throw CancellationError() }
    }

    /// Releases everybody who waits, now and later. Callable from any thread, and more than once.
    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            return state.waiters.takeAll()
        }
        for waiter in waiting { waiter.resume(returning: true) }
    }
}
