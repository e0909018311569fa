// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

extension IcebergConnectAssessment {
    /// One for each transition (rows 191, 213); what is only not good is told once for each generation.
    func events(with status: IcebergConnectStatus) -> [EventIntent] {
        var events: [EventIntent] = []
        if let old, old.observedGeneration != metadata.generation || old.phase == .pending { events += warnings }
        if !stoppedCoordinators.isEmpty, let refusal {
            events.append(IcebergConnectEventReason.coordinatorStopped.event(refusal.message))
        }
        events += transitions.flatMap { type, changes in
            let before = old?.conditions.found(type.rawValue)
            guard let now = status.conditions[type], before?.status != now.status else {
                return [EventIntent]()
            }
            // What was well from the start needs no telling.
            guard let reason = changes[now.status], before != nil || reason.isWarning else { return [] }
            return [reason.event(now.message)]
        }
        let stuck = IcebergConnectEventReason.rolloutStuck
        if let now = status.conditions[.ready], now.reason == stuck.rawValue,
            old?.conditions[.ready]?.reason != now.reason
        {
            events.append(stuck.event(now.message))
        }
        let before = old?.conditions[.imagesReady]
        if let failure = recheckFailure, before?.reason != failure.reason {
            events.append(IcebergConnectEventReason.imageFailed.event(failure.message))
        } else if let now = status.conditions[.imagesReady], now.status == .true, before?.status == .false,
            old?.phase == .ready
        {
            events.append(IcebergConnectEventReason.imagesReady.event(now.message))
        }
        if status.phase != old?.phase {
            let action = failure?.reason ?? "Reconcile"
            events.append(IcebergConnectEventReason(status.phase).event(status.message, action: action))
        }
        return events
    }

    private var transitions: [(IcebergConnectCondition, [Condition.Status: IcebergConnectEventReason])] {
        let refused: IcebergConnectEventReason =
            refusal?.reason == .namespaceNotWatched ? .namespaceNotWatched : .duplicateRefused
        return [
            (.accepted, [.false: refused, .true: .claimsGranted]),
            (.nameConflict, [.true: .nameConflict, .false: .nameConflictResolved]),
            (.secretsResolved, [.false: .secretsMissing, .true: .secretsResolved]),
            (.coordinatorImageUsed, [.false: .operatorImageUsed]),
            (.clusterReachable, [.false: .clusterUnreachable, .true: .clusterReachable]),
            (.degraded, [.true: .degraded, .false: .recovered]),
        ]
    }

    private var warnings: [EventIntent] {
        let moved = s3Secret.map { secret in
            IcebergConnectEventReason.credentialsMoved.event(
                "The access keys in spec.s3Config are kept in Secret \(secret.key); name it in "
                    + "spec.s3Config.credentialsSecret and take the keys out of the resource"
            )
        }
        let problems = spec.warnings + claimant.sharedTopics(with: seen.siblings)
        // In one event: of several with the same reason only the first would be seen.
        let reason = IcebergConnectEventReason.configWarning
        let warning = reason.event(ShortText.of(problems), action: metadata.checkOfGeneration)
        return [moved, problems.isEmpty ? nil : warning].compactMap { $0 }
    }
}

extension ObjectMeta {
    /// What an event about the specification is about: each generation is told of by itself.
    var checkOfGeneration: String { "CheckGeneration\(generation ?? 0)" }
}
