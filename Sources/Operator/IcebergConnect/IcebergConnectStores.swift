// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesClient
internal import KubernetesModel
internal import KubernetesRuntime
internal import Planning
internal import Resources

/// What is kept in memory of a cluster for the sake of `IcebergConnect`: the resources, and whose the objects are that
/// belong to them.
struct IcebergConnectStores: Sendable {
    let resources: Store<IcebergConnect>
    let deployments: Store<Deployment>
    /// All of a namespace, because a resource may name any.
    let secrets: Store<PartialObjectMetadata<Secrets>>
    let configMaps: Store<PartialObjectMetadata<ConfigMaps>>
    let services: Store<PartialObjectMetadata<Services>>
    let serviceAccounts: Store<PartialObjectMetadata<ServiceAccounts>>
    let roles: Store<PartialObjectMetadata<Roles>>
    let roleBindings: Store<PartialObjectMetadata<RoleBindings>>

    init() {
        let interner = Locked(Interner())
        resources = Store(indexes: [.claim, .secret], interner: interner)
        deployments = Store(indexes: [.belongsTo], interner: interner)
        secrets = Store(indexes: [.belongsTo], interner: interner)
        configMaps = Store(indexes: [.belongsTo], interner: interner)
        services = Store(indexes: [.belongsTo], interner: interner)
        serviceAccounts = Store(indexes: [.belongsTo], interner: interner)
        roles = Store(indexes: [.belongsTo], interner: interner)
        roleBindings = Store(indexes: [.belongsTo], interner: interner)
    }

    /// For the executor: what it writes is in the cache at once. Leases are in none, because each renewal would be news.
    var all: [any AnyStore] {
        [resources, deployments, secrets, configMaps, services, serviceAccounts, roles, roleBindings]
    }

    /// The objects in the stores that belong to a resource, wherever they are.
    func children(of uid: String) -> [IcebergConnectObservation.Child] {
        belonging(deployments, uid) + belonging(secrets, uid) + belonging(configMaps, uid) + belonging(services, uid)
            + belonging(serviceAccounts, uid) + belonging(roles, uid) + belonging(roleBindings, uid)
    }

    private func belonging<Value: Resource>(_ store: Store<Value>, _ uid: String) -> [IcebergConnectObservation.Child] {
        store.values(.belongsTo, uid).map { .init(kind: Value.kind, metadata: $0.metadata) }
    }

    /// Whether the cache of a kind holds every object of a namespace, also those of others.
    func holdsAll(_ kind: ResourceKind, in namespace: String?) -> Bool {
        kind == .secret && secrets.holdsAll(in: namespace)
    }

    /// What leads from a changed object to the resources that it concerns.
    var triggers: [Trigger] {
        owned(deployments) + owned(secrets) + owned(configMaps) + owned(services) + owned(serviceAccounts)
            + owned(roles) + owned(roleBindings) + [referringToSecret, rivals]
    }

    private func owned<Child: Resource>(_ store: Store<Child>) -> [Trigger] {
        [
            .owned(store, by: IcebergConnect.kind),
            .annotated(store, OwnerLabel.annotation),
        ]
    }

    private var referringToSecret: Trigger {
        .mapped(secrets) { [resources] secret in resources.values(.secret, "\(secret.key)").map(\.key) }
    }

    /// When one resource gives up a cluster or a job, another may take it.
    private var rivals: Trigger {
        .mapped(resources) { [resources] resource in
            let claims = IcebergConnectClaimant(resource).claimKeys
            return claims.flatMap { resources.values(.claim, $0) }.map(\.key).filter { $0 != resource.key }
        }
    }

    /// Lets the API server fill the stores.
    ///
    /// - Parameter namespaces: empty: all.
    func fill(_ reflectors: inout Reflectors, from client: KubernetesClient, namespaces: [String]) {
        let own = "\(IcebergConnectNames.managedBy.label)=\(IcebergConnectNames.managedBy.value)"
        reflectors.add(resources, from: client, namespaces: namespaces)
        reflectors.add(deployments, from: client, namespaces: namespaces, labelSelector: own)
        reflectors.add(secrets, from: client, namespaces: namespaces)
        reflectors.add(configMaps, from: client, namespaces: namespaces, labelSelector: own)
        reflectors.add(services, from: client, namespaces: namespaces, labelSelector: own)
        reflectors.add(serviceAccounts, from: client, namespaces: namespaces, labelSelector: own)
        reflectors.add(roles, from: client, namespaces: namespaces, labelSelector: own)
        reflectors.add(roleBindings, from: client, namespaces: namespaces, labelSelector: own)
    }
}

extension StoreIndex {
    /// From a resource's UID to its objects: by owner reference, or by label where that cannot reach.
    static var belongsTo: StoreIndex {
        StoreIndex("belongsTo") { OwnerLabel.owner(of: $0.metadata).map { [$0] } ?? [] }
    }
}

extension StoreIndex<IcebergConnect> {
    /// From a cluster or a job to the resources that hold or want it, and from a topic of Connect to those whose workers
    /// keep their state in it.
    static var claim: StoreIndex {
        StoreIndex("claim") { resource in
            let claimant = IcebergConnectClaimant(resource)
            return claimant.claimKeys + claimant.sharedTopicKeys
        }
    }

    /// From a Secret to the resources that name it.
    static var secret: StoreIndex {
        StoreIndex("secret") { resource in
            guard case .success(let spec) = resource.spec else { return [] }
            return spec.referencedSecrets.map { "\(ObjectKey(namespace: resource.metadata.namespace, name: $0))" }
        }
    }
}

/// `PartialObjectMetadata<ServiceAccounts>`
enum ServiceAccounts: KindOfObject {
    static let kind = ResourceKind.serviceAccount
}

/// `PartialObjectMetadata<Roles>`
enum Roles: KindOfObject {
    static let kind = ResourceKind.role
}

/// `PartialObjectMetadata<RoleBindings>`
enum RoleBindings: KindOfObject {
    static let kind = ResourceKind.roleBinding
}
