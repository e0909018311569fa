// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesClient
package import KubernetesModel

/// Sends events to the API server. Whoever records one never waits for it.
package final class EventRecorder<C: Clock<Duration>>: Sendable {
    private static var senders: Int { 4 }
    private static var pause: Duration { .seconds(10) }

    private let client: KubernetesClient
    private let controller: String
    private let instance: String
    private let clock: C
    private let log: Log
    private let time: @Sendable () -> MicroTime
    private let jitter: @Sendable () -> Double
    private let ledger = Locked(EventLedger())
    private let queue: WorkQueue<EventKey, C>

    /// - Parameters:
    ///   - controller: who reports, as a qualified name: `kittiwake`.
    ///   - instance: which process of it; at most 128 characters.
    package init(
        _ client: KubernetesClient,
        controller: String,
        instance: String,
        clock: C,
        log: Log,
        time: @escaping @Sendable () -> MicroTime = { MicroTime.now },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.client = client
        self.controller = controller
        self.instance = String(instance.prefix(128))
        self.clock = clock
        self.log = log
        self.time = time
        self.jitter = jitter
        queue = WorkQueue(clock: clock)
    }

    /// Callable from any thread. The same event again only counts; too many are dropped and counted.
    ///
    /// - Parameter reconcile: goes into an annotation, so that the log lines of the event can be found (row 334).
    package func record(_ event: EventIntent, about regarding: ObjectReference, reconcile: String) {
        let now = time()
        let salt = UInt16.random(in: .min ... .max)
        let key = ledger.withLock {
            $0.record(event, about: regarding, reconcile: reconcile, at: now, salt: salt)
        }
        if let key { queue.add(key) }
    }

    /// `kittiwake_events_dropped_total`
    package var dropped: Int { ledger.withLock { $0.dropped } }

    /// Runs until `stop` opens, and then for at most two seconds more, to send what there is.
    package func run(until stop: Latch) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await queue.runTimers() }
            for _ in 0..<Self.senders { group.addTask { [self] in await send() } }
            try? await stop.wait()  // or cancelled: then nothing more is sent
            if !Task.isCancelled { try? await withDeadline(.seconds(2), clock: clock) { try await self.drain() } }
            queue.shutDown()
            group.cancelAll()
        }
    }

    /// Waits until nothing is left that could be sent now.
    private func drain() async throws {
        while !queue.snapshot.isIdle { try await clock.sleep(for: .milliseconds(20)) }
    }

    private func send() async {
        while let key = await queue.next() {
            await handle(key)
            queue.done(key)
        }
    }

    private func handle(_ key: EventKey) async {
        let now = time()
        let (step, record) = ledger.withLock { ledger in
            let (step, record) = (ledger.next(key, at: now), ledger.records[key])
            // At once: an event that is recorded from now on begins a series of its own.
            if step == .forget { ledger.forget(key) }
            return (step, record)
        }
        guard let record else { return }
        switch step {
        case .wait(let delay): queue.add(key, after: delay)
        case .forget: break
        case .create, .patch:
            do throws(KubernetesError) {
                if step == .create { try await create(key, record) } else { try await patch(key, record) }
                ledger.withLock { $0.sent(key, count: record.count, at: now) }
                queue.add(key)  // when to look at it again is the ledger's to say
            } catch {
                failed(key, record, error)
            }
        }
    }

    private func create(_ key: EventKey, _ record: EventLedger.Record) async throws(KubernetesError) {
        let object = key.object(record, controller: controller, instance: instance)
        do throws(KubernetesError) {
            _ = try await client.create(.event, namespace: key.namespace, object)
        } catch {
            // The answer to the first try was lost: it is there.
            guard error.code == .alreadyExists else { throw error }
        }
    }

    private func patch(_ key: EventKey, _ record: EventLedger.Record) async throws(KubernetesError) {
        let object = ObjectKey(namespace: key.namespace, name: record.name)
        _ = try await client.merge(.event, object, ["series": key.series(record)])
    }

    private func failed(_ key: EventKey, _ record: EventLedger.Record, _ error: KubernetesError) {
        switch error.code {
        case .notFound where ledger.withLock({ ($0.records[key]?.sentCount ?? 0) > 0 }):
            ledger.withLock { $0.lost(key) }
            queue.add(key)
        case _ where error.isOutage:
            guard ledger.withLock({ $0.failed(key) }) else { return }
            queue.add(key, after: Self.pause * (1 + 0.25 * jitter()))
        default:
            let about = key.regarding.key
            log.warning(
                "Dropped event",
                [
                    "namespace": about.namespace ?? "", "name": about.name, "reconcile": record.reconcile,
                    "event": key.reason, "error": error.message,
                ]
            )
            ledger.withLock { $0.drop(key) }
        }
    }
}
