// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesClient
internal import KubernetesModel
internal import KubernetesRuntime
internal import Planning

/// What only the leader does about `IcebergConnect`: reconciles, and what they ask for beside them: image transfers, and
/// questions to Connect clusters.
struct IcebergConnectTerm: Sendable {
    typealias Images = IcebergConnectReconciler.Images

    let controller: Controller<IcebergConnectReconciler, ContinuousClock>
    private let images: Images
    private let clusters: IcebergConnectReconciler.Clusters

    private struct Wake: Sendable {
        var call: @Sendable (ObjectKey) -> Void = { _ in }
    }

    init(
        _ stores: IcebergConnectStores,
        _ client: KubernetesClient,
        _ events: EventRecorder<ContinuousClock>,
        _ settings: OperatorSettings,
        _ metrics: Metrics,
        _ log: Log,
        _ transfer: @escaping Images.Transfer,
        ask: @escaping IcebergConnectReconciler.Clusters.Ask
    ) {
        // Both wake the controller, which is made of them: the queue is reached through this.
        let wake = Locked(Wake())
        images = Images(
            limit: settings.imageTransfers,
            recheck: settings.imageRecheck,
            clock: ContinuousClock(),
            transfer: transfer,
            changed: { slot in wake.withLock { $0.call }(slot.resource) }
        )
        clusters = ConnectPolls(limit: 32, clock: ContinuousClock(), ask: ask) { key in wake.withLock { $0.call }(key) }
        let executor = Executor(client, stores: stores.all, ownerLabel: OwnerLabel.uid) { event, about, reconcile in
            events.record(event, about: about, reconcile: reconcile)
        }
        controller = Controller(
            IcebergConnectReconciler(
                stores,
                client,
                images,
                clusters,
                .init(operatorImage: settings.operatorImage, watchedNamespaces: settings.watchedNamespaces)
            ),
            stores.resources,
            triggers: stores.triggers,
            executor: executor,
            clock: ContinuousClock(),
            settings: .init(workers: 4, metrics: metrics, log: log)
        )
        wake.withLock { [state = controller.state] in $0.call = { key in state.add(key) } }
    }

    /// Runs until `stop` opens, when keys in hand are finished, or until the lease is lost and the task cancelled. A
    /// transfer that is cut off begins again with the next leader; what is in the registry is not sent twice.
    ///
    /// - Parameter isHeld: whether nobody else can be leading.
    func run(until stop: Latch, while isHeld: @escaping @Sendable () -> Bool) async {
        await images.run {
            await clusters.run {
                await controller.run(until: stop, while: isHeld)
            }
        }
    }
}
