// SPDX-License-Identifier: Apache-2.0

package import Basics

/// What others may know about a reflector: for readiness, the log and the metrics.
package final class ReflectorHealth: Sendable {
    private struct State: Sendable {
        var problem: String?
        var contact: ContinuousClock.Instant?
        var restarts: [String: Int] = [:]
    }

    private let state = Locked(State())

    /// Opens after the first complete list.
    package let synced = Latch()

    package init() {}

    /// Why nothing comes at the moment; `nil`: all is well.
    package var problem: String? { state.withLock { $0.problem } }

    /// Since when nothing has come from the server, not even a bookmark.
    package var age: Duration? { state.withLock { $0.contact }.map { $0.duration(to: .now) } }

    /// Lists and watches that had to begin anew, by reason.
    package var restarts: [String: Int] { state.withLock { $0.restarts } }

    func heard() {
        let now = ContinuousClock.now
        state.withLock { state in
            state.contact = now
            state.problem = nil
        }
    }

    /// - Returns: whether this is news.
    func failed(_ reason: String, _ problem: String) -> Bool {
        state.withLock { state in
            state.restarts[reason, default: 0] += 1
            defer { state.problem = problem }
            return state.problem != problem
        }
    }
}
