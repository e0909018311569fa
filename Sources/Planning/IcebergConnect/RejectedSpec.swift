// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
internal import Resources

/// A resource whose specification cannot be carried out: every object stays as it is, and the status says what is wrong.
struct RejectedSpec {
    let metadata: ObjectMeta
    let problems: [FieldProblem]
    let seen: IcebergConnectObservation
    let old: IcebergConnectStatus?

    init(_ resource: IcebergConnect, _ invalid: InvalidSpec, _ seen: IcebergConnectObservation) {
        metadata = resource.metadata
        problems = invalid.problems
        self.seen = seen
        old = resource.status
    }

    var plan: IcebergConnectPlan {
        let status = status
        var events: [EventIntent] = []
        let isNew = old?.observedGeneration != metadata.generation
        if isNew || old?.conditions[.configValid]?.status != .false {
            events.append(IcebergConnectEventReason.configRejected.event(message, action: metadata.checkOfGeneration))
        }
        if old?.phase != .failed { events.append(IcebergConnectEventReason.failed.event(message)) }
        return Plan(status: status, events: events)
    }

    private var message: String { ShortText.of(problems) }

    /// What earlier generations found out stays: it is about what still runs.
    private var status: IcebergConnectStatus {
        var status = old ?? IcebergConnectStatus(phase: .failed)
        status.phase = .failed
        status.message = message
        status.observedGeneration = metadata.generation
        if let workers = seen.workers { status.workerStatus = IcebergConnectStatus.Pods(workers) }
        if let coordinators = seen.coordinators { status.coordinatorStatus = IcebergConnectStatus.Pods(coordinators) }
        let verdicts: [(IcebergConnectCondition, Condition.Status, String)] = [
            (.ready, .false, message),
            (.reconciling, .false, "Waiting for a change"),
            (.stalled, .true, message),
            (.configValid, .false, message),
        ]
        for (type, value, message) in verdicts {
            status.conditions = status.conditions.setting(
                type.rawValue,
                to: value,
                reason: "ConfigRejected",
                message: message,
                generation: metadata.generation,
                at: seen.now
            )
        }
        return status
    }
}

extension IcebergConnectStatus.Pods {
    init(_ state: IcebergConnectObservation.DeploymentState) {
        self.init(ready: state.ready, desired: state.desired, replicas: state.replicas, image: state.image)
    }
}
