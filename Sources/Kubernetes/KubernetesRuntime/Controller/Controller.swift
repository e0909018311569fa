// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import KubernetesClient
package import KubernetesModel

/// Runs a reconciler over the objects of a store. A value with `run()`: it owns its tasks and stores none.
package struct Controller<R: Reconciler, C: Clock<Duration>>: Sendable {
    /// Bounds, and surroundings that tests replace.
    package struct Settings: Sendable {
        /// Reconciles at a time.
        package var workers = 1
        /// For one reconcile.
        package var deadline = Duration.seconds(120)
        /// The first delay after a failure; doubled each time.
        package var backoffBase = Duration.milliseconds(5)
        package var backoffLimit = Duration.seconds(1000)
        package var metrics: Metrics
        package var log: Log
        package var time: @Sendable () -> MicroTime = { MicroTime.now }
        /// 0…1; how much of a possible quarter is added to a delay.
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }

        package init(workers: Int = 1, metrics: Metrics = Metrics(), log: Log) {
            self.workers = workers
            self.metrics = metrics
            self.log = log
        }
    }

    private typealias Queue = WorkQueue<ObjectKey, C>

    private let reconciliation: Reconciliation<R>
    private let primaries: Store<R.Primary>
    private let triggers: [Trigger]
    private let executor: Executor
    private let clock: C
    private let settings: Settings
    private let metrics: ControllerMetrics
    private let delays: Locked<RetryDelays<C.Instant>>
    /// Since when an object has failed in this process without a success between.
    private let failingSince = Locked<[ObjectKey: C.Instant]>([:])

    package let state: ControllerState<C>

    /// - Parameters:
    ///   - primaries: the resources that are reconciled.
    ///   - triggers: what else leads to them. The changes of `primaries` themselves are always followed.
    package init(
        _ reconciler: R,
        _ primaries: Store<R.Primary>,
        triggers: [Trigger] = [],
        executor: Executor,
        clock: C,
        settings: Settings
    ) {
        reconciliation = Reconciliation(reconciler: reconciler, executor: executor)
        self.primaries = primaries
        self.triggers = triggers + [.primaries(primaries)]
        self.executor = executor
        self.clock = clock
        self.settings = settings
        let name = R.Primary.kind.kind.lowercased()
        metrics = ControllerMetrics(settings.metrics, controller: name, workers: settings.workers)
        state = ControllerState(
            name: name,
            clock: clock,
            deadline: settings.deadline,
            workers: settings.workers,
            metrics
        )
        delays = Locked(RetryDelays(base: settings.backoffBase, maximum: settings.backoffLimit))
    }

    /// Runs until `stop` opens, when keys in hand are finished, or until the task is cancelled.
    ///
    /// - Parameter isHeld: whether nobody else can be leading; asked before each write.
    ///
    /// Each run has a queue of its own, filled from the store: a key that was in hand when a lease was lost would
    /// otherwise be forgotten. What failed in an earlier run has failed in another time: somebody else may have led since.
    package func run(until stop: Latch, while isHeld: @escaping @Sendable () -> Bool = { true }) async {
        executor.write(while: isHeld)
        delays.withLock { $0 = RetryDelays(base: settings.backoffBase, maximum: settings.backoffLimit) }
        failingSince.withLock { $0 = [:] }
        let queue = Queue(clock: clock, events: metrics.queueEvents)
        let detach = triggers.map { trigger in trigger.attach { key, priority in queue.add(key, priority: priority) } }
        defer { for detach in detach { detach() } }
        let keys = primaries.keys
        executor.forgetAll(R.Primary.kind, except: keys)
        for key in keys { queue.add(key, priority: .background) }
        queue.add(.canary)
        state.begin(queue)
        defer { state.end() }
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            for _ in 0..<settings.workers { group.addTask { await work(on: queue) } }
            group.addTask {
                try? await stop.wait()  // or cancelled: the queue ends in both cases
                queue.shutDown()
            }
        }
    }

    private func work(on queue: Queue) async {
        while let key = await queue.next() {
            state.handedOut()
            if key == .canary {
                // It costs no request and shows that queue, timers and workers work, also when nothing else is to do.
                queue.add(.canary, after: .seconds(20), priority: .urgent)
            } else {
                await handle(key, queue)
            }
            queue.done(key)
        }
    }

    private func handle(_ key: ObjectKey, _ queue: Queue) async {
        guard let entry = primaries.entry(key) else {
            // Gone: nothing to reconcile, nothing to retry, nothing to remember.
            delays.withLock { $0.forget(key) }
            failingSince.withLock { $0[key] = nil }
            executor.forget(R.Primary.kind, key)
            return reconciliation.reconciler.forget(key)
        }
        let failingFor = failingSince.withLock { $0[key] }.map { $0.duration(to: clock.now) }
        let context = context(for: key, entry.metadata, failingFor: failingFor)
        let start = clock.now
        do {
            let revisit = try await withDeadline(settings.deadline, clock: clock) {
                try await reconciliation.run(entry, in: context)
            }
            let duration = start.duration(to: clock.now)
            switch revisit {
            case .onChange:
                metrics.reconciled(.success, in: duration)
                succeeded(key)
            case .after(let delay):
                metrics.reconciled(.requeueAfter, in: duration)
                succeeded(key)
                queue.add(key, after: delay, priority: delay == .zero ? .urgent : .background)
            }
        } catch {
            // A CancellationError out of the work itself is an ordinary failure; ours means that we are being stopped.
            if Task.isCancelled { return }
            let isTerminal = await failed(error, entry, queue, context)
            let failure = (isTerminal: isTerminal, isTimeout: error is DeadlineExceeded)
            metrics.reconciled(.error, in: start.duration(to: clock.now), failure: failure)
        }
    }

    /// Only now: forgotten before its success, a flapping object would be retried at full speed.
    private func succeeded(_ key: ObjectKey) {
        delays.withLock { $0.forget(key) }
        failingSince.withLock { $0[key] = nil }
    }

    /// Tells, and sees to the next try. Returns whether there is none until something changes.
    private func failed(
        _ error: any Error,
        _ entry: Entry,
        _ queue: Queue,
        _ context: ReconcileContext
    ) async -> Bool {
        if let error = error as? DeadlineExceeded, let primary = entry.value {
            // What the reconcile itself could not say any more. If that fails too, the next failure says it.
            try? await withDeadline(.seconds(10), clock: clock) {
                try await reconciliation.report(error, of: primary, planned: nil, in: context)
            }
        }
        let failure = ReconcileFailure(error)
        let key = entry.metadata.key
        failingSince.withLock { if $0[key] == nil { $0[key] = clock.now } }
        context.log.warning("Failed to reconcile", ["error": failure.message, "reason": failure.reason.word])
        let timeLeft = reconciliation.cleanupTimeLeft(of: entry, at: settings.time())
        if failure.isRejection, timeLeft == nil {
            delays.withLock { $0.forget(key) }  // the next change of the object brings it back
            return true
        }
        // Once the time is over there is nothing to be in time for.
        let limits = [failure.longestWait, timeLeft.flatMap { $0 > .zero ? $0 : nil }]
        retry(key, queue, within: limits.compactMap { $0 }.min())
        return false
    }

    private typealias Entry = StoreEntry<R.Primary>

    /// - Parameter limit: it is tried again by then, however long the back-off is by now.
    private func retry(_ key: ObjectKey, _ queue: Queue, within limit: Duration? = nil) {
        let jitter = settings.jitter()
        let delay = delays.withLock { $0.next(for: key, now: clock.now, jitter: jitter) }
        metrics.retried()
        queue.add(key, after: min(delay, limit ?? delay))
    }

    private func context(
        for key: ObjectKey,
        _ metadata: ObjectMeta,
        failingFor: Duration?
    ) -> ReconcileContext {
        let id = String(UInt64.random(in: 0 ... .max), radix: 16)
        let log = settings.log.with([
            "controller": state.name, "namespace": key.namespace ?? "", "name": key.name, "reconcile": id,
            "generation": metadata.generation.map { "\($0)" } ?? "",
        ])
        return ReconcileContext(
            id: id,
            log: log,
            time: settings.time(),
            failingFor: failingFor,
            ownerships: executor.ownerships()
        )
    }
}
