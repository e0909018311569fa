// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import KubernetesClient
internal import KubernetesRuntime

/// What only the leader does about `IcebergConnect`: reconciles, and the image transfers that they ask for.
struct IcebergConnectTerm: Sendable {
    typealias Images = IcebergConnectReconciler.Images

    let controller: Controller<IcebergConnectReconciler, ContinuousClock>
    private let images: Images

    init(
        _ stores: IcebergConnectCaches,
        _ client: KubernetesClient,
        _ events: EventRecorder<ContinuousClock>,
        _ settings: OperatorSettings,
        _ metrics: Metrics,
        _ log: Log,
        _ transfer: @escaping Images.Transfer
    ) {
        // The transfers wake the controller, which is made of them: the queue is reached through this.
        let wake = Locked<(@Sendable (ImageSlot) -> Void)?>(nil)
        images = Images(
            limit: settings.imageTransfers,
            recheck: settings.imageRecheck,
            owner: { $0.resource.namespace ?? "" },
            clock: ContinuousClock(),
            transfer: transfer,
            changed: { slot in wake.withLock { $0 }?(slot) }
        )
        let executor = Executor(client, caches: stores.all) { event, about, reconcile in
            events.record(event, about: about, reconcile: reconcile)
        }
        controller = Controller(
            IcebergConnectReconciler(stores, client, HTTPClient(), images, operatorImage: settings.operatorImage),
            stores.resources,
            triggers: stores.triggers,
            executor: executor,
            clock: ContinuousClock(),
            settings: .init(workers: 4, metrics: metrics, log: log)
        )
        wake.withLock { [state = controller.state] in $0 = { slot in state.add(slot.resource) } }
    }

    /// Runs until `stop` opens, when keys in hand are finished, or until the lease is lost and the task cancelled. A
    /// transfer that is cut off begins again with the next leader; what is in the registry is not sent twice.
    func run(until stop: Latch) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await images.run() }
            await controller.run(until: stop)
            group.cancelAll()
        }
    }
}
