// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

extension IcebergConnectAssessment {
    /// What one condition says.
    struct Verdict {
        var status: Condition.Status
        var reason: String
        var message: String

        init(_ status: Condition.Status, _ reason: String, _ message: String) {
            self.status = status
            self.reason = reason
            self.message = message
        }
    }

    func conditions(in phase: IcebergConnectStatus.Phase) -> [Condition] {
        let verdicts: [(IcebergConnectCondition, Verdict)] =
            progressVerdicts(in: phase) + [
                (.degraded, degraded),
                (.configValid, Verdict(.true, "Valid", "The specification is valid")),
                (.accepted, accepted),
                (.nameConflict, nameConflict),
                (.secretsResolved, secretsResolved),
                (.imagesReady, imagesReady),
                (.clusterReachable, clusterReachable),
                (.catalogSupported, catalogSupported),
                (.coordinatorImageUsed, coordinatorImageUsed),
                (.commitsEnabled, Self.commitsEnabled),
            ]
        return verdicts.reduce(old?.conditions ?? []) { conditions, entry in
            conditions.setting(
                entry.0.rawValue,
                to: entry.1.status,
                reason: entry.1.reason,
                message: ShortText.of(entry.1.message),
                generation: metadata.generation,
                at: seen.now
            )
        }
    }

    // MARK: As a whole

    /// `Ready`, `Reconciling` and `Stalled`, of which at most one is true.
    private func progressVerdicts(
        in phase: IcebergConnectStatus.Phase
    ) -> [(IcebergConnectCondition, Verdict)] {
        let reason = phase == .failed ? failure?.reason ?? phase.rawValue : phase.rawValue
        let message = failure?.message ?? ""
        switch phase {
        case .ready:
            let all = "Everything requested is running and ready"
            return [
                (.ready, Verdict(.true, "Ready", all)),
                (.reconciling, Verdict(.false, "Ready", all)),
                (.stalled, Verdict(.false, "Ready", all)),
            ]
        case .failed where refusal != nil:
            return [
                (.ready, Verdict(.false, reason, message)),
                (.reconciling, Verdict(.false, reason, "Waiting for a change")),
                (.stalled, Verdict(.true, reason, message)),
            ]
        case .failed:
            return [
                (.ready, Verdict(.false, reason, message)),
                (.reconciling, Verdict(.true, reason, "It will be retried")),
                (.stalled, Verdict(.false, reason, "It will be retried")),
            ]
        case .deploying where !obstacles.isEmpty:
            let reason = IcebergConnectEventReason.rolloutStuck.rawValue
            return [
                (.ready, Verdict(.false, reason, obstacles.joined(separator: "; "))),
                (.reconciling, Verdict(.true, reason, "Kubernetes goes on trying")),
                (.stalled, Verdict(.false, reason, "Kubernetes goes on trying")),
            ]
        case .pending, .downloading, .building, .deploying:
            let unready: Condition.Status = phase == .pending ? .unknown : .false
            return [
                (.ready, Verdict(unready, reason, "Not ready yet: see the phase and its message")),
                (.reconciling, Verdict(.true, reason, "In progress")),
                (.stalled, Verdict(.false, reason, "In progress")),
            ]
        }
    }

    /// A rollout or a scaling that goes on is no degradation (row 206): only what was complete for this generation can
    /// have lost a part, or what Kubernetes has given up.
    private var degraded: Verdict {
        var broken = roles.compactMap { role -> String? in
            let state = role.role == .worker ? seen.workers : seen.coordinators
            let isBroken = role.rollout.obstacle != nil || (role.rollout == .incomplete && wasComplete)
            guard let state, isBroken else { return nil }
            return "\(role.role): \(state.ready) of \(state.desired) pods are ready"
        }
        if isUnreachable, wasComplete { broken.append("the workers' REST interface does not answer") }
        broken += imageFailures.map { "\($0.role): the image could not be obtained" }
        let works = max(seen.workers?.ready ?? 0, seen.coordinators?.ready ?? 0) > 0
        guard !broken.isEmpty, works else {
            return Verdict(.false, "NotDegraded", "No part is unexpectedly unavailable")
        }
        return Verdict(.true, "PartlyWorking", broken.joined(separator: "; "))
    }

    // MARK: Causes

    private var accepted: Verdict {
        refusal.map { Verdict(.false, $0.reason.rawValue, $0.message) }
            ?? Verdict(.true, "Accepted", "No other resource claims the worker cluster or the job")
    }

    private var nameConflict: Verdict {
        conflicts.isEmpty
            ? Verdict(.false, "NoConflict", "All required names are available")
            : Verdict(.true, "NameConflict", "Owned by someone else: \(conflicts.joined(separator: ", "))")
    }

    private var secretsResolved: Verdict {
        if !secrets.missing.isEmpty {
            return Verdict(.false, "SecretsMissing", secrets.missing.joined(separator: "; "))
        }
        return spec.referencedSecrets.isEmpty
            ? Verdict(.true, "NoneNamed", "No Secret is referenced")
            : Verdict(.true, "Resolved", "All referenced Secrets exist and have the required keys")
    }

    private var imagesReady: Verdict {
        if let failed = imageFailures.first { return Verdict(.false, failed.failure.reason, failure?.message ?? "") }
        if images.contains(where: { $0.stage == .blocked }) {
            return Verdict(.false, "SecretsMissing", "A Secret needed to obtain an image is missing")
        }
        if images.contains(where: { $0.stage != .obtained }) {
            return Verdict(.false, "InProgress", "Images are being transferred to the registry")
        }
        if let failure = recheckFailure { return Verdict(.false, failure.reason, failure.message) }
        return Verdict(.true, "Obtained", "All images are in the registry")
    }

    private var clusterReachable: Verdict {
        guard workers != nil else { return Verdict(.unknown, "NoWorkers", "This resource has no workers") }
        switch connect {
        case .version(let version, _):
            return Verdict(.true, "Answered", "The workers' REST interface answers; Apache Kafka \(version)")
        case .unreachable(let reason, let message):
            return Verdict(.false, reason, message)
        case .notAsked where !hasReadyWorkers: return Verdict(.unknown, "NotAsked", "No worker is ready")
        case .notAsked where old?.conditions[.clusterReachable]?.status == .true && !isUnreachable:
            return Verdict(.true, "Answered", old?.conditions[.clusterReachable]?.message ?? "")
        case .notAsked:
            return Verdict(.unknown, "NotAsked", "The workers have not been asked yet")
        }
    }

    private var catalogSupported: Verdict {
        guard spec.catalogType == .memory else {
            return Verdict(.true, "Supported", "The coordinator can use this type of catalogue")
        }
        let message = "A catalogue in memory cannot be shared between processes: nothing will be committed"
        return Verdict(.false, "MemoryCatalog", message)
    }

    private var coordinatorImageUsed: Verdict {
        guard let image = images.first(where: { $0.role == .coordinator })?.image else {
            return Verdict(.unknown, "NotObtained", "The image has not been inspected yet")
        }
        switch image.containsKittiwake {
        case true?: return Verdict(.true, "ContainsKittiwake", "The given image is used")
        case nil: return Verdict(.true, "ReadyImage", "The given image is used; it was not inspected")
        case false?:
            let message = "The given image does not contain kittiwake: the operator's own image is used instead"
            return Verdict(.false, "NoKittiwake", message)
        }
    }

    /// Said plainly until the coordinator does what its name promises. It takes nothing from `Ready`, which is about
    /// what this version can do.
    private static let commitsEnabled = Verdict(
        .false,
        "NotImplemented",
        "The coordinator of this version elects a leader and reports its health, but does not commit to Iceberg "
            + "tables yet"
    )
}
