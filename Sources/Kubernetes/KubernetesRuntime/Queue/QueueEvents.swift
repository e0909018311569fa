// SPDX-License-Identifier: Apache-2.0

/// What a queue tells its metrics. Called without a lock.
package struct QueueEvents: Sendable {
    var added: @Sendable () -> Void = {}
    /// After how long a wait for a worker.
    var handedOut: @Sendable (Duration) -> Void = { _ in }
    /// After how long in hand.
    var finished: @Sendable (Duration) -> Void = { _ in }

    /// Nobody wants to know.
    package static let none = QueueEvents()
}
