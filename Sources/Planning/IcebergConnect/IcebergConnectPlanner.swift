// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel
package import Resources

/// Everything that is to be done about an `IcebergConnect`.
package typealias IcebergConnectPlan = Plan<IcebergConnectStatus, IcebergConnectEffect>

/// From an `IcebergConnect` and what was seen, its plan. Pure and whole.
package enum IcebergConnectPlanner {
    /// The plan for a resource that is not being deleted. Never throws: a specification that cannot be carried out gives a
    /// plan too, which leaves every object as it is and says in the status what is wrong (row 259).
    package static func plan(_ resource: IcebergConnect, given seen: IcebergConnectObservation) -> IcebergConnectPlan {
        switch resource.spec {
        case .failure(let invalid): RejectedSpec(resource, invalid, seen).plan
        case .success(let spec): IcebergConnectAssessment(resource, spec, seen).plan
        }
    }

    /// The plan for a resource that is being deleted: exactly its own objects go, by their UIDs (rows 18, 19).
    package static func planCleanup(
        _ resource: IcebergConnect,
        given seen: IcebergConnectObservation
    ) -> IcebergConnectPlan {
        let own = seen.children.filter { $0.isOwned(by: resource.metadata) }
        let deletions = own.inDeletionOrder.map(\.deletion)
        let effects = ImageRole.allCases.map(IcebergConnectEffect.abandonImage) + [.forgetCluster]
        return IcebergConnectPlan(steps: effects.map { .effect($0) } + deletions)
    }

    /// What a status says when a plan could not be carried out: what was reached before, not what was planned, but for
    /// what is known already.
    ///
    /// - Parameter planned: `nil` if there was no plan.
    package static func statusOfFailure(
        _ message: String,
        of resource: IcebergConnect,
        planned: IcebergConnectStatus?
    ) -> IcebergConnectStatus {
        var status = resource.status ?? IcebergConnectStatus()
        status.phase = .failed
        status.message = ShortText.of(message)
        guard let planned else { return status }
        (status.images, status.transfers, status.claims) = (planned.images, planned.transfers, planned.claims)
        (status.workerStatus, status.coordinatorStatus) = (planned.workerStatus, planned.coordinatorStatus)
        return status
    }

    /// Every object that a resource may need: where to look for somebody else's of the same name.
    ///
    /// - Parameter children: the resource's own that are known. A Lease is in no cache, because each renewal would be
    ///   news; the one of a coordinator that was moved is found by the ServiceAccount that was made with it.
    package static func wantedObjects(
        of resource: IcebergConnect,
        beside children: [IcebergConnectObservation.Child] = []
    ) -> [(kind: ResourceKind, key: ObjectKey)] {
        var wanted: [(kind: ResourceKind, key: ObjectKey)] = []
        if case .success(let spec) = resource.spec {
            let names = IcebergConnectNames(resource.metadata, spec)
            let workers = spec.coordinatorOnly ? [] : names.workerObjects
            wanted = workers + names.coordinatorObjects + [names.s3SecretObject]
        }
        for child in children where child.kind == .serviceAccount && child.isOwned(by: resource.metadata) {
            let key = ObjectKey(namespace: child.key.namespace, name: IcebergConnectNames.lease(of: child.key.name))
            if !wanted.contains(where: { $0.kind == .lease && $0.key == key }) { wanted.append((.lease, key)) }
        }
        return wanted
    }
}

extension [IcebergConnectObservation.Child] {
    var inDeletionOrder: Self {
        sorted { left, right in
            let kinds = ApplyOrder.deletion
            let ranks = (kinds.firstIndex(of: left.kind) ?? 0, kinds.firstIndex(of: right.kind) ?? 0)
            return (ranks.0, left.key.description) < (ranks.1, right.key.description)
        }
    }
}

extension IcebergConnectObservation.Child {
    func isOwned(by metadata: ObjectMeta) -> Bool {
        switch owner {
        case .resource(let uid): uid == metadata.uid
        case .unmarked: true
        case .stranger: false
        }
    }

    var deletion: Step<IcebergConnectEffect> { .delete(kind: kind, key: key, uid: uid) }
}

/// Kinds and names of everything that a role may need, whether it needs it now or not.
extension IcebergConnectNames {
    var workerObjects: [(kind: ResourceKind, key: ObjectKey)] {
        [
            (.secret, workerConfig), (.secret, workerPullSecret),
            (.configMap, workerConfig), (.service, service), (.service, headlessService),
            (.deployment, workers),
        ].map { ($0, ObjectKey(namespace: workerNamespace, name: $1)) }
    }

    var coordinatorObjects: [(kind: ResourceKind, key: ObjectKey)] {
        [
            (.secret, coordinatorConfig), (.secret, coordinatorPullSecret),
            (.configMap, coordinatorConfig), (.service, coordinatorService),
            (.lease, lease), (.serviceAccount, coordinator), (.role, coordinator),
            (.roleBinding, coordinator), (.deployment, coordinator),
        ].map { ($0, ObjectKey(namespace: coordinatorNamespace, name: $1)) }
    }

    var s3SecretObject: (kind: ResourceKind, key: ObjectKey) {
        (.secret, ObjectKey(namespace: namespace, name: s3Secret))
    }
}
