// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

/// The objects of workers or of the coordinator, and whether they can be made now.
struct RoleObjects: Equatable {
    var role: ImageRole
    /// All but the Deployment; empty while a Secret is missing.
    var supporting: [DesiredObject]
    /// `nil` while a Secret is missing or no image was ever obtained.
    var deployment: DesiredObject?
    /// Kinds and keys of everything the role may need at any time.
    var possible: Set<ObjectReference>
    /// Needed names that belong to somebody else: `Service shop/kafka-connect-service-orders`. Then nothing of the role
    /// is touched: a pod with a stranger's configuration would be worse than none.
    var conflicts: [String]
    var rollout: RolloutState

    var isDeployable: Bool { deployment != nil && conflicts.isEmpty }

    /// What to apply, in no particular order.
    var desired: [DesiredObject] {
        conflicts.isEmpty ? supporting + [deployment].compactMap { $0 } : []
    }

    /// What must not be taken for a remnant.
    var kept: Set<ObjectReference> { isDeployable ? Set(desired.map(\.id)) : possible }
}

extension DesiredObject {
    /// Which object it is, whatever is in it.
    var id: ObjectReference { ObjectReference(kind: kind, key: key) }
}

extension RoleObjects {
    static func workers(
        _ spec: IcebergConnectSpec,
        _ names: IcebergConnectNames,
        _ secrets: ReferencedSecrets,
        _ image: ImageStanding?,
        _ owner: ObjectMeta,
        _ seen: IcebergConnectObservation
    ) -> RoleObjects {
        let isBuildable = secrets.workerJAAS != .missing && secrets.workerLogin != .missing
        let objects = WorkerObjects(
            spec: spec,
            names: names,
            jaas: secrets.workerJAAS.secret,
            registryLogin: secrets.workerLogin.secret
        )
        let reference = isBuildable ? image?.image?.reference : nil
        return RoleObjects(
            .worker,
            supporting: isBuildable ? objects.supporting : [],
            deployment: reference.map(objects.deployment),
            possible: names.workerObjects,
            state: seen.workers,
            owner,
            seen
        )
    }

    static func coordinator(
        _ spec: IcebergConnectSpec,
        _ names: IcebergConnectNames,
        _ secrets: ReferencedSecrets,
        _ image: ImageStanding?,
        _ owner: ObjectMeta,
        _ seen: IcebergConnectObservation
    ) -> RoleObjects {
        let catalog = secrets.catalog
        let isBuildable = secrets.coordinatorJAAS != .missing && secrets.coordinatorLogin != .missing && catalog != nil
        let objects = CoordinatorObjects(
            spec: spec,
            names: names,
            configuration: CoordinatorConfiguration(
                spec,
                jaas: secrets.coordinatorJAAS.secret,
                catalogSecret: catalog ?? [:]
            ),
            registryLogin: secrets.coordinatorLogin.secret
        )
        // An image made for the original holds only a Java program (000.5 i).
        let given = image?.image
        let reference = given?.containsKittiwake == false ? seen.settings.operatorImage : given?.reference
        return RoleObjects(
            .coordinator,
            supporting: isBuildable ? objects.supporting : [],
            deployment: isBuildable ? reference.map(objects.deployment) : nil,
            possible: names.coordinatorObjects,
            state: seen.coordinators,
            owner,
            seen
        )
    }

    private init(
        _ role: ImageRole,
        supporting: [DesiredObject],
        deployment: DesiredObject?,
        possible: [(kind: ResourceKind, key: ObjectKey)],
        state: IcebergConnectObservation.DeploymentState?,
        _ owner: ObjectMeta,
        _ seen: IcebergConnectObservation
    ) {
        self.role = role
        self.supporting = supporting
        self.deployment = deployment.map(AppliedHash.marked)
        self.possible = Set(possible.map { ObjectReference(kind: $0.kind, key: $0.key) })
        rollout = deployment.map { RolloutState(state, $0) } ?? .notApplied
        let needed = Set((supporting + [deployment].compactMap { $0 }).map(\.id))
        conflicts = seen.children
            .filter { needed.contains($0.id) && !$0.isOwned(by: owner) }
            .map { "\($0.kind.kind) \($0.key)" }
            .sorted()
    }
}

extension IcebergConnectObservation.Child {
    var id: ObjectReference { ObjectReference(kind: kind, key: key) }
}
