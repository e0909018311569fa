// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesClient
package import KubernetesModel
package import KubernetesRuntime
package import Planning
package import Resources

/// Looks, and carries out what ``IcebergConnectPlanner`` decides.
package struct IcebergConnectReconciler: Reconciler {
    package typealias Primary = IcebergConnect
    package typealias Images = ImageTransfers<ContinuousClock>
    typealias Clusters = ConnectPolls<ContinuousClock>

    package static let finalizer: String? = "\(IcebergConnect.kind.group)/kittiwake"

    private let stores: IcebergConnectStores
    private let client: KubernetesClient
    private let images: Images
    private let clusters: Clusters
    private let settings: IcebergConnectObservation.Settings

    init(
        _ stores: IcebergConnectStores,
        _ client: KubernetesClient,
        _ images: Images,
        _ clusters: Clusters,
        _ settings: IcebergConnectObservation.Settings
    ) {
        self.stores = stores
        self.client = client
        self.images = images
        self.clusters = clusters
        self.settings = settings
    }

    // MARK: Looking

    package func observe(
        _ resource: IcebergConnect,
        in context: ReconcileContext
    ) async throws -> IcebergConnectObservation {
        var seen = IcebergConnectObservation(
            now: context.time.inSeconds,
            settings: settings,
            siblings: siblings(of: resource),
            children: try await children(of: resource, in: context)
        )
        guard case .success(let spec) = resource.spec else { return seen }
        let names = IcebergConnectNames(resource.metadata, spec)
        // A clean-up makes nothing of them, and must not fail for want of them.
        if !resource.metadata.isDeleting {
            seen.secrets = try await secrets(spec.referencedSecrets, in: names.namespace)
        }
        seen.workers = deployment(names.workerNamespace, names.workers, of: resource)
        seen.coordinators = deployment(names.coordinatorNamespace, names.coordinator, of: resource)
        for role in ImageRole.allCases { seen.images[role] = progress(of: role, for: resource) }
        let cluster = ConnectCluster(of: resource.metadata, names, seen.workers)
        seen.connect = clusters.answer(of: cluster, for: resource.key)
        return seen
    }

    private func siblings(of resource: IcebergConnect) -> [IcebergConnectClaimant] {
        var found: [ObjectKey: IcebergConnectClaimant] = [:]
        let claimant = IcebergConnectClaimant(resource)
        for key in claimant.claimKeys {
            for sibling in stores.resources.values(.claim, key) where sibling.key != resource.key {
                found[sibling.key] = IcebergConnectClaimant(sibling)
            }
        }
        // Only for a warning that is given once for each generation, and of which a few examples are enough.
        if resource.status?.observedGeneration != resource.metadata.generation || resource.status?.phase == .pending {
            for topic in claimant.sharedTopicKeys {
                for sibling in stores.resources.some(8, .claim, topic) where sibling.key != resource.key {
                    found[sibling.key] = IcebergConnectClaimant(sibling)
                }
            }
        }
        return found.values.sorted { $0.key.description < $1.key.description }
    }

    /// From the stores; and, unless all is well, those that bear a wanted name and are in none.
    private func children(
        of resource: IcebergConnect,
        in context: ReconcileContext
    ) async throws -> [IcebergConnectObservation.Child] {
        var found = stores.children(of: resource.metadata.uid ?? "")
        let isSettled =
            resource.status?.phase == .ready && resource.status?.observedGeneration == resource.metadata.generation
        guard !isSettled || resource.metadata.isDeleting else { return found }
        // The first plan only says that the resource was noticed: it makes nothing.
        guard resource.status != nil || resource.metadata.isDeleting else { return found }
        for (kind, key) in IcebergConnectPlanner.wantedObjects(of: resource, beside: found) {
            if found.contains(where: { $0.kind == kind && $0.key == key }) { continue }
            // Nothing is made there; what was made before, with other settings, goes with the resource.
            if !settings.watches(key.namespace ?? ""), !resource.metadata.isDeleting { continue }
            if stores.holdsAll(kind, in: key.namespace) {
                guard let secret = stores.secrets[key] else { continue }
                if OwnerLabel.owner(of: secret.metadata) != nil {
                    found.append(.init(kind: kind, metadata: secret.metadata))
                    continue
                }
            }
            guard let present = try await context.ownership(kind, key) else { continue }
            found.append(.init(kind: kind, metadata: present.metadata, isOurs: present.isOurs))
        }
        return found
    }

    /// Fetched for this plan and dropped with it: no value rests in a cache.
    private func secrets(
        _ names: [String],
        in namespace: String
    ) async throws -> [String: IcebergConnectObservation.SecretContent] {
        var contents: [String: IcebergConnectObservation.SecretContent] = [:]
        for name in names {
            guard let secret = try await client.get(SecretObject.self, ObjectKey(namespace: namespace, name: name))
            else { continue }
            var content: IcebergConnectObservation.SecretContent = [:]
            for key in secret.keys { content[key] = secret.text(key) }
            contents[name] = content
        }
        return contents
    }

    /// Only the resource's own: who was refused a cluster bears the same names.
    private func deployment(
        _ namespace: String,
        _ name: String,
        of resource: IcebergConnect
    ) -> IcebergConnectObservation.DeploymentState? {
        guard let deployment = stores.deployments[ObjectKey(namespace: namespace, name: name)],
            let uid = resource.metadata.uid, OwnerLabel.owner(of: deployment.metadata) == uid
        else { return nil }
        return .init(deployment)
    }

    private func progress(
        of role: ImageRole,
        for resource: IcebergConnect
    ) -> IcebergConnectObservation.ImageProgress? {
        images.wanted(in: slot(role, resource)).map { image, state, layers in
            .init(source: image.source, state: .init(state), layers: layers)
        }
    }

    // MARK: Deciding

    package static func plan(
        _ resource: IcebergConnect,
        given seen: IcebergConnectObservation
    ) throws(PlanError) -> IcebergConnectPlan {
        IcebergConnectPlanner.plan(resource, given: seen)
    }

    package static func planCleanup(
        _ resource: IcebergConnect,
        given seen: IcebergConnectObservation
    ) throws(PlanError) -> IcebergConnectPlan {
        IcebergConnectPlanner.planCleanup(resource, given: seen)
    }

    package static func status(
        of resource: IcebergConnect,
        planned: IcebergConnectStatus?,
        after failure: ReconcileFailure,
        at time: String
    ) -> IcebergConnectStatus? {
        var status = IcebergConnectPlanner.statusOfFailure(failure.message, of: resource, planned: planned)
        status.report(failure, generation: resource.metadata.generation, at: time)
        return status
    }

    // MARK: Carrying out

    package func perform(
        _ effect: IcebergConnectEffect,
        for resource: IcebergConnect,
        in context: ReconcileContext
    ) async throws {
        switch effect {
        case .obtainImage(let image, let known, let layers):
            images.want(image, in: slot(image.role, resource), known: known, layers: layers)
        case .abandonImage(let role): images.forget(slot(role, resource))
        case .askCluster(let cluster): clusters.want(cluster, for: resource.key)
        case .forgetCluster: clusters.forget(resource.key)
        }
    }

    /// The clean-up ends the transfers of a resource; but it may have gone without one, or under another leader.
    package func forget(_ key: ObjectKey) {
        images.forget { $0.resource == key }
        clusters.forget(key)
    }

    private func slot(_ role: ImageRole, _ resource: IcebergConnect) -> ImageSlot {
        ImageSlot(resource: resource.key, uid: resource.metadata.uid ?? "", role: role)
    }
}

extension IcebergConnectObservation.ImageProgress.State {
    fileprivate init(_ state: ImageState) {
        switch state {
        case .waiting: self = .waiting
        case .running(let progress):
            switch progress.stage {
            case .reading: self = .reading(ByteCount(progress.bytes), of: ByteCount(progress.total))
            case .completing: self = .completing
            }
        case .present(let image): self = .done(image)
        case .failed(let failure, let attempts):
            self = .failed(.init(reason: failure.reason, message: failure.message, attempts: attempts))
        }
    }
}
