// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import HTTPClient
internal import HTTPServer
package import KubernetesClient
internal import KubernetesModel
internal import KubernetesRuntime
internal import Planning

/// The operator: caches, controllers and image transfers of one process, and the order in which they start and stop.
package struct Operator: Sendable {
    /// Brings one image from S3 into its registry.
    package typealias Transfer = IcebergConnectReconciler.Images.Transfer

    private let settings: OperatorSettings
    private let client: KubernetesClient
    private let transfer: Transfer
    private let log: Log

    package init(_ settings: OperatorSettings, _ client: KubernetesClient, _ log: Log, transfer: @escaping Transfer) {
        self.settings = settings
        self.client = client
        self.log = log
        self.transfer = transfer
    }

    /// Runs until `shutdown` opens and everything has ended in order, or fails.
    package func run(until shutdown: Latch) async throws {
        let caches = IcebergConnectCaches()
        let reflectors = caches.reflectors(client, namespaces: settings.watchedNamespaces, log: log)
        try await runStages(
            [stage(of: reflectors), leadership(caches)],
            until: shutdown,
            grace: .seconds(25),
            clock: ContinuousClock()
        )
    }

    private func stage(of reflectors: [RunningReflector]) -> Stage {
        Stage("caches") { ready, stop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reflector in reflectors { group.addTask { await reflector.run() } }
                group.addTask {
                    for reflector in reflectors { try await reflector.health.synced.wait() }
                    ready.open()
                    try await stop.wait()
                    throw CancellationError()
                }
                do { try await group.waitForAll() } catch is CancellationError where stop.isOpen { group.cancelAll() }
            }
        }
    }

    private func leadership(_ caches: IcebergConnectCaches) -> Stage {
        Stage("leadership") { ready, stop in
            ready.open()
            try await lead(caches, until: stop)
        }
    }

    /// What only one process may do at a time.
    private func lead(_ caches: IcebergConnectCaches, until stop: Latch) async throws {
        let controllers = Locked<Controller<IcebergConnectReconciler, ContinuousClock>?>(nil)
        let images = IcebergConnectReconciler.Images(
            limit: settings.imageTransfers,
            recheck: settings.imageRecheck,
            clock: ContinuousClock(),
            transfer: transfer,
            changed: { slot in controllers.withLock { $0 }?.state.add(slot.resource) }
        )
        let executor = Executor(client, caches: caches.all) { [log] event, about, reconcile in
            log.info("Event", ["reason": event.reason, "note": event.note, "object": "\(about)", "reconcile": reconcile])
        }
        let controller = Controller(
            IcebergConnectReconciler(caches, client, HTTPClient(), images, operatorImage: settings.operatorImage),
            caches.resources,
            triggers: caches.triggers,
            executor: executor,
            clock: ContinuousClock(),
            settings: .init(workers: 4, log: log)
        )
        controllers.withLock { $0 = controller }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await images.run() }
            await controller.run(until: stop)
            group.cancelAll()
        }
    }
}
