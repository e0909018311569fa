// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesModel

/// What others may ask of a controller while it runs, and how they wake it.
package final class ControllerState<C: Clock<Duration>>: Sendable {
    package let name: String
    package let workers: Int
    package let deadline: Duration
    private let queue = Locked<WorkQueue<ObjectKey, C>?>(nil)

    init(name: String, _ workers: Int, _ deadline: Duration) {
        self.name = name
        self.workers = workers
        self.deadline = deadline
    }

    func begin(_ queue: WorkQueue<ObjectKey, C>) { self.queue.withLock { $0 = queue } }

    func end() { queue.withLock { $0 = nil } }

    /// Looks at an object soon: somebody has seen a reason that no store shows. Without effect while the controller does
    /// not run, because it begins with every object.
    package func add(_ key: ObjectKey, lane: Lane = .urgent) { queue.withLock { $0 }?.add(key, lane: lane) }

    /// How long the oldest key has been in hand; `nil`: none is, or the controller does not run.
    package var oldestInHand: Duration? { queue.withLock { $0 }?.oldestInFlight }
}
