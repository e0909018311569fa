// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

/// How things stand with a resource whose specification can be carried out. What the plan, the status and the events say
/// is all read off from here.
struct IcebergConnectAssessment {
    let metadata: ObjectMeta
    let spec: IcebergConnectSpec
    let seen: IcebergConnectObservation
    let old: IcebergConnectStatus?
    let names: IcebergConnectNames
    let secrets: ReferencedSecrets
    let claimant: IcebergConnectClaimant
    let refusal: Refusal?
    let images: [ImageStanding]
    /// `nil` with `coordinatorOnly`.
    let workers: RoleObjects?
    let coordinator: RoleObjects
    /// The Secret with the inline S3 keys.
    let s3Secret: DesiredObject?
    let s3SecretConflict: String?

    init(_ resource: IcebergConnect, _ spec: IcebergConnectSpec, _ seen: IcebergConnectObservation) {
        metadata = resource.metadata
        self.spec = spec
        self.seen = seen
        old = resource.status
        let names = IcebergConnectNames(resource.metadata, spec)
        self.names = names
        let secrets = ReferencedSecrets(of: spec, namespace: names.namespace, secrets: seen.secrets)
        self.secrets = secrets
        claimant = IcebergConnectClaimant(resource)
        refusal = Refusal(of: names, spec, seen.settings) ?? claimant.refusal(among: seen.siblings)
        let recorded = resource.status?.images ?? IcebergConnectStatus.Images()
        let images = spec.neededImages.map { role, image in
            ImageStanding(
                role,
                image,
                storage: spec.s3Config,
                secrets: secrets,
                recorded: recorded[role],
                begun: resource.status?.transfers[role],
                progress: seen.images[role]
            )
        }
        self.images = images
        let owner = resource.metadata
        let image = { (role: ImageRole) in images.first { $0.role == role } }
        workers = spec.coordinatorOnly ? nil : .workers(spec, names, secrets, image(.worker), owner, seen)
        coordinator = .coordinator(spec, names, secrets, image(.coordinator), owner, seen)

        let secret = S3Secret.object(spec, names)
        s3Secret = secret
        let conflict = seen.children.first { $0.id == secret?.id && !$0.isOwned(by: owner) }
        s3SecretConflict = conflict.map { "\($0.kind.kind) \($0.key)" }
    }

    var roles: [RoleObjects] { [workers, coordinator].compactMap { $0 } }

    var conflicts: [String] { roles.flatMap(\.conflicts) + [s3SecretConflict].compactMap { $0 } }

    var imageFailures: [(role: ImageRole, failure: IcebergConnectObservation.ImageProgress.Failure)] {
        images.compactMap { if case .failed(let failure) = $0.stage { ($0.role, failure) } else { nil } }
    }

    /// An image that runs, of which a newer one could not be obtained.
    var recheckFailure: (reason: String, message: String)? {
        images.lazy.compactMap { image in
            image.recheckFailure.map { failure in
                let message = "The \(image.role) keeps its current image: S3 could not be checked for a new one"
                return (failure.reason, "\(message): \(failure.message)")
            }
        }.first
    }

    var hasReadyWorkers: Bool { (seen.workers?.ready ?? 0) > 0 }

    /// What the workers say; without a ready one, what they said before counts no more.
    var connect: IcebergConnectObservation.ConnectAnswer { hasReadyWorkers ? seen.connect : .notAsked }

    /// A Connect cluster whose pods run but which does not answer.
    var isUnreachable: Bool {
        guard let workers, workers.rollout == .ready else { return false }
        return switch connect {
        case .version: false
        case .unreachable: true
        // A new leader has not asked yet: what its predecessor heard still counts.
        case .notAsked: !(wasComplete && old?.conditions[.clusterReachable]?.status == .true)
        }
    }

    /// True if all pods of the present generation were ready once.
    var wasComplete: Bool {
        guard let old, old.observedGeneration == metadata.generation else { return false }
        return old.conditions[.ready]?.status == .true || old.conditions[.degraded]?.status == .true
    }
}

extension Refusal {
    /// `nil` if everything that happens to the pods would be seen.
    fileprivate init?(
        of names: IcebergConnectNames,
        _ spec: IcebergConnectSpec,
        _ settings: IcebergConnectObservation.Settings
    ) {
        let fields = [
            spec.coordinatorOnly ? nil : ("spec.worker.namespace", names.workerNamespace),
            ("spec.coordinator.namespace", names.coordinatorNamespace),
        ]
        let unseen = fields.compactMap { $0 }.filter { !settings.watches($0.1) }.map { "\($0.0) is \($0.1)" }
        guard !unseen.isEmpty else { return nil }
        let message =
            "\(unseen.joined(separator: " and ")), which the operator does not watch; name another namespace, or add "
            + "this one to the operator's WATCH_NAMESPACE (\(settings.watchedNamespaces.joined(separator: ",")))"
        self.init(reason: .namespaceNotWatched, message: message)
    }
}

extension [Condition] {
    subscript(type: IcebergConnectCondition) -> Condition? { self[type.rawValue] }
}

extension IcebergConnectStatus.ByRole {
    subscript(role: ImageRole) -> Value? {
        get { role == .worker ? worker : coordinator }
        set { if role == .worker { worker = newValue } else { coordinator = newValue } }
    }
}
