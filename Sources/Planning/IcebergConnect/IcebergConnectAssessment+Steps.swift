// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

extension IcebergConnectAssessment {
    var plan: IcebergConnectPlan {
        let status = status
        return Plan(steps: steps, status: status, events: events(with: status), revisit: revisit(with: status))
    }

    /// Nothing happens before the first status is written: whoever looks sees that the resource was noticed.
    private var steps: [Step<IcebergConnectEffect>] {
        guard old != nil else { return [] }
        guard refusal == nil else { return stoppedCoordinators.map(\.deletion) }
        let remnants = remnants
        // Two coordinators, the old and the new one, should not run side by side.
        let first = remnants.filter { $0.kind == .deployment }.map(\.deletion)
        let last = remnants.filter { $0.kind != .deployment }.map(\.deletion)
        return transfers + [question].compactMap { $0 } + first + applies + last
    }

    /// The coordinators of a resource whose job is another's by now: two for one job must not run. The workers go on.
    var stoppedCoordinators: [IcebergConnectObservation.Child] {
        guard claimant.hasLostItsJob(among: seen.siblings) else { return [] }
        return seen.children.filter { child in
            child.kind == .deployment && child.key.name == names.coordinator && child.isOwned(by: metadata)
        }.inDeletionOrder
    }

    private var transfers: [Step<IcebergConnectEffect>] {
        let wanted = images.compactMap { standing in
            standing.wanted.map { image in
                let layers = standing.transfer?.layers ?? []
                return Step.effect(IcebergConnectEffect.obtainImage(image, known: standing.known, layers: layers))
            }
        }
        // A ready image took the place of one from S3, or the workers were switched off.
        let unwanted = ImageRole.allCases.filter { role in
            let stage = images.first { $0.role == role }
            return seen.images[role] != nil && stage?.wanted == nil && stage?.stage != .blocked
        }
        return wanted + unwanted.map { .effect(.abandonImage($0)) }
    }

    /// Whether the workers answer is found out beside the reconciles; an answer that is news leads to the next one.
    private var question: Step<IcebergConnectEffect>? {
        guard workers != nil, hasReadyWorkers else {
            return seen.connect == .notAsked ? nil : .effect(.forgetCluster)
        }
        return .effect(.askCluster(ConnectCluster(of: metadata, names, seen.workers)))
    }

    private var applies: [Step<IcebergConnectEffect>] {
        let storage = s3SecretConflict == nil ? [s3Secret].compactMap { $0 } : []
        let desired = storage + roles.flatMap(\.desired)
        let ordered = ApplyOrder.kinds.flatMap { kind in desired.filter { $0.kind == kind } }
        return ordered.map { .apply($0.intent(owner: metadata)) }
    }

    /// Objects of ours that are not wanted any more: the cluster has another name, workers are switched off, a namespace
    /// was changed. They go when what takes their place can be made.
    private var remnants: [IcebergConnectObservation.Child] {
        guard roles.allSatisfy(\.isDeployable) else { return [] }
        var kept = roles.reduce(into: Set<ObjectReference>()) { $0.formUnion($1.kept) }
        if let s3Secret { kept.insert(s3Secret.id) }
        let named = Set(spec.referencedSecrets)
        return seen.children.filter { child in
            let isNamed = child.key.namespace == names.namespace && named.contains(child.key.name)
            return child.isOwned(by: metadata) && !kept.contains(child.id) && !(child.kind == .secret && isNamed)
        }.inDeletionOrder
    }

    private func revisit(with status: IcebergConnectStatus) -> Revisit {
        if status.phase != targetPhase { return .after(.zero) }
        // Only the specification can change that, or another operator.
        if refusal?.reason == .namespaceNotWatched { return .onChange }
        // Their coming is not always announced: a stranger's object is in no cache.
        if refusal != nil || !conflicts.isEmpty || !secrets.missing.isEmpty { return .after(.seconds(30)) }
        // A Lease, which is in no cache, is made again if somebody has deleted it.
        return status.phase == .ready ? .after(.seconds(300)) : .onChange
    }
}
