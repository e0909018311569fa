// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import KubernetesModel
internal import Resources

extension IcebergConnectAssessment {
    /// Where things really are; the phase that is shown goes there step by step.
    var targetPhase: IcebergConnectStatus.Phase {
        if failure != nil { return .failed }
        let stages = images.map(\.stage)
        if stages.contains(where: { if case .downloading = $0 { true } else { false } }) { return .downloading }
        if stages.contains(.building) { return .building }
        return roles.allSatisfy { $0.rollout == .ready } && !isUnreachable ? .ready : .deploying
    }

    /// Why nothing goes on, or not everything; `nil` if all is well or on its way.
    var failure: (reason: String, message: String)? {
        if let refusal { return (refusal.reason.rawValue, refusal.message) }
        if !conflicts.isEmpty {
            let message =
                "These objects are owned by someone else and were left alone: \(conflicts.joined(separator: ", "))"
            return ("NameConflict", message)
        }
        if !secrets.missing.isEmpty { return ("SecretsMissing", secrets.missing.joined(separator: "; ")) }
        guard let first = imageFailures.first else { return nil }
        let message = imageFailures.map { role, failure in
            "The \(role) image could not be obtained (attempt \(failure.attempts)): \(failure.message)"
        }
        return (first.failure.reason, message.joined(separator: "; "))
    }

    var status: IcebergConnectStatus {
        let wereTransferred = [.downloading, .building].contains(old?.phase)
        let areNew = images.contains(where: \.isNew)
        let phase = PhaseOrder.next(
            after: old?.phase,
            toward: targetPhase,
            transfers: areNew || wereTransferred,
            startsOver: areNew
        )
        var status = IcebergConnectStatus(
            phase: phase,
            message: ShortText.of(message(in: phase)),
            observedGeneration: metadata.generation,
            conditions: conditions(in: phase),
            coordinatorStatus: pods(seen.coordinators, desired: spec.coordinator.replicas),
            credentialsSecret: s3Secret == nil || s3SecretConflict != nil ? nil : names.s3Secret,
            claims: refusal == nil ? claimant.claims : old?.claims ?? IcebergConnectStatus.Claims()
        )
        for standing in images {
            status.images[standing.role] = standing.image
            status.transfers[standing.role] = standing.transfer
        }
        // Who was refused its cluster has no workers; what bears those names is another's.
        guard workers != nil, refusal == nil || seen.workers != nil else { return status }
        status.workerStatus = pods(seen.workers, desired: spec.worker.replicas)
        status.selector = Self.text(of: names.workerSelector)
        var connect = old?.connect ?? IcebergConnectStatus.Connect(url: names.restURL)
        connect.url = names.restURL
        if case .version(let version, let plugins) = self.connect {
            connect.version = String(version.prefix(64))
            if let plugins { connect.plugins = IcebergConnectStatus.Plugin.told(of: plugins) }
        }
        status.connect = connect
        return status
    }

    /// As the API server and kubectl take it.
    private static func text(of selector: StringMap) -> String {
        selector.entries.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }

    private func pods(
        _ state: IcebergConnectObservation.DeploymentState?,
        desired: Int
    ) -> IcebergConnectStatus.Pods {
        state.map(IcebergConnectStatus.Pods.init) ?? IcebergConnectStatus.Pods(ready: 0, desired: desired, replicas: 0)
    }

    private func message(in phase: IcebergConnectStatus.Phase) -> String {
        switch phase {
        case .pending: "Waiting to be processed"
        case .downloading: "Downloading images from S3\(progress)"
        case .building: "Completing images in the registry"
        case .deploying:
            (["Waiting for \(counts)\(isUnreachable ? ", and for the workers' REST interface to answer" : "")"]
                + obstacles).joined(separator: "; ")
        case .ready: counts.prefix(1).uppercased() + counts.dropFirst()
        case .failed: failure?.message ?? ""
        }
    }

    /// Why pods of a role do not come up, and how to find out more; empty if Kubernetes sees no problem.
    var obstacles: [String] {
        roles.compactMap { role -> String? in
            guard let obstacle = role.rollout.obstacle, let key = role.deployment?.key, let namespace = key.namespace
            else { return nil }
            let selector = role.role == .worker ? names.workerSelector : names.coordinatorSelector
            let command = "kubectl describe pods -n \(namespace) -l \(Self.text(of: selector))"
            return "Deployment \(key.name): \(obstacle) (see \(command))"
        }
    }

    private var progress: String {
        let parts = images.compactMap { standing -> String? in
            guard case .downloading(let tenths?) = standing.stage else { return nil }
            return "\(standing.role) \(tenths * 10) %"
        }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }

    /// `workers 2 of 3 ready, coordinators 1 of 1 ready`
    private var counts: String {
        let parts = [
            workers == nil ? nil : ("workers", seen.workers?.ready ?? 0, spec.worker.replicas),
            ("coordinators", seen.coordinators?.ready ?? 0, spec.coordinator.replicas),
        ]
        return parts.compactMap { $0 }.map { "\($0.0) \($0.1) of \($0.2) ready" }.joined(separator: ", ")
    }
}
