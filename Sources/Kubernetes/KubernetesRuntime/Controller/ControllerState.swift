// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesModel

/// What others may ask of a controller while it runs, and how they wake it.
package final class ControllerState<C: Clock<Duration>>: Sendable {
    private struct Running: Sendable {
        var queue: WorkQueue<ObjectKey, C>
        /// When a key was last handed to a worker.
        var handedOut: C.Instant
    }

    /// The kind in lower case, as logs and metrics name the controller.
    package let name: String
    private let clock: C
    private let deadline: Duration
    private let workers: Int
    private let metrics: ControllerMetrics
    private let running = Locked<Running?>(nil)

    init(name: String, clock: C, deadline: Duration, workers: Int, _ metrics: ControllerMetrics) {
        self.name = name
        self.clock = clock
        self.deadline = deadline
        self.workers = workers
        self.metrics = metrics
    }

    func begin(_ queue: WorkQueue<ObjectKey, C>) {
        running.withLock { $0 = Running(queue: queue, handedOut: clock.now) }
    }

    func end() { running.withLock { $0 = nil } }

    func handedOut() { running.withLock { $0?.handedOut = clock.now } }

    /// Looks at an object soon: somebody has seen a reason that no store shows. Without effect while the controller does
    /// not run, because it begins with every object.
    package func add(_ key: ObjectKey, priority: Priority = .urgent) {
        running.withLock { $0?.queue }?.add(key, priority: priority)
    }

    /// Why the process should be restarted (row 329); empty: all is well, or the controller does not run.
    ///
    /// A controller that has much to do, or whose workers all wait for a slow API server, is well: a restart would only
    /// begin anew with the same.
    package var problems: [String] {
        guard let running = running.withLock({ $0 }) else { return [] }
        var problems: [String] = []
        if let age = running.queue.oldestInFlight, age > deadline * 2 {
            problems.append("\(name): a resource has been in progress for \(age)")
        }
        let silence = running.handedOut.duration(to: clock.now)
        if silence > .seconds(60), running.queue.snapshot.inHand.count < workers {
            problems.append("\(name): no item has been processed for \(silence), not even the canary")
        }
        return problems
    }

    /// The queue now, the canary in it; an empty one while the controller does not run.
    package var snapshot: QueueSnapshot { running.withLock { $0?.queue }?.snapshot ?? QueueSnapshot() }

    /// Sets the gauges of the queue; called before a scrape.
    package func collect() { metrics.set(snapshot) }
}

extension ObjectKey {
    /// A key that no object can have.
    static let canary = ObjectKey(namespace: nil, name: "")
}
