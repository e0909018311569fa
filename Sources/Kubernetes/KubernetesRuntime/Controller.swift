// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesModel

/// Supplies the object for a key from a cache; `nil` means it is gone.
package protocol Lookup<Primary>: Sendable {
    associatedtype Primary: Resource
    func object(for key: ObjectKey) async -> Primary?
}

/// Runs a reconciler over a queue. A value with `run()`: it owns its tasks through a task group and stores none.
package struct Controller<R: Reconciler, L: Lookup<R.Primary>, C: Clock<Duration>>: Sendable {
    private let reconciler: R
    private let lookup: L
    private let queue: WorkQueue<ObjectKey, C>
    private let clock: C
    private let workers: Int
    private let deadline: Duration
    private let report: @Sendable (ObjectKey, any Error) -> Void
    private let backoff = Locked(ExponentialBackoff<ObjectKey>())

    /// - Parameter report: told of every reconcile that failed, for the log and the metrics.
    package init(
        reconciler: R,
        lookup: L,
        queue: WorkQueue<ObjectKey, C>,
        clock: C,
        workers: Int = 1,
        deadline: Duration = .seconds(120),
        report: @escaping @Sendable (ObjectKey, any Error) -> Void
    ) {
        self.reconciler = reconciler
        self.lookup = lookup
        self.queue = queue
        self.clock = clock
        self.workers = workers
        self.deadline = deadline
        self.report = report
    }

    /// Runs until the queue is shut down or the task is cancelled; a key in hand is finished in the first case.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            for _ in 0..<workers {
                group.addTask { await work() }
            }
        }
    }

    private func work() async {
        while let key = await queue.next() {
            await handle(key)
            queue.done(key)
        }
    }

    private func handle(_ key: ObjectKey) async {
        guard let object = await lookup.object(for: key) else {
            backoff.withLock { $0.forget(key) }  // gone: nothing to reconcile, nothing to retry
            return
        }
        do {
            let revisit = try await withDeadline(deadline, clock: clock) { try await reconciler.reconcile(object) }
            backoff.withLock { $0.forget(key) }
            if case .after(let delay) = revisit { queue.add(key, after: delay) }
        } catch let error as TerminalError {
            report(key, error)
            backoff.withLock { $0.forget(key) }  // the next change of the object brings it back
        } catch is CancellationError where Task.isCancelled {
            return  // we are being stopped; a CancellationError out of the work itself is an ordinary failure
        } catch {
            report(key, error)
            queue.add(key, after: backoff.withLock { $0.next(for: key) })
        }
    }
}
