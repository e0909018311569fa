// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// What the objects of a resource are called, and the labels that find them (`original-systems.md` 000.2).
package struct IcebergConnectNames: Equatable, Sendable {
    /// The worker cluster's name as it was given, or the resource's name and `-workers`.
    package let cluster: String
    /// The resource's name.
    package let job: String
    /// Where the workers run.
    package let workerNamespace: String
    /// Where the coordinator runs.
    package let coordinatorNamespace: String
    /// Where the resource is.
    package let namespace: String

    package init(_ metadata: ObjectMeta, _ spec: IcebergConnectSpec) {
        job = metadata.name
        cluster = spec.worker.clusterName ?? "\(metadata.name)-workers"
        namespace = metadata.namespace ?? "default"
        workerNamespace = spec.worker.namespace ?? namespace
        coordinatorNamespace = spec.coordinator.namespace ?? namespace
    }
}

// MARK: Workers

extension IcebergConnectNames {
    /// ConfigMap, and Secret if there are credentials.
    package var workerConfig: String { LegalName.make(cluster, prefix: "kafka-connect-worker-config-") }
    package var workers: String { LegalName.make(cluster, prefix: "kafka-connect-workers-") }
    package var service: String { LegalName.make(cluster, prefix: "kafka-connect-service-") }
    package var headlessService: String { LegalName.make(cluster, prefix: "kafka-connect-headless-") }
    /// A copy of the registry's credentials, if the workers run in another namespace than the resource.
    package var workerPullSecret: String { LegalName.make(cluster, prefix: "kafka-connect-pull-") }

    /// The group of the workers; the name goes in as it was given.
    package var groupID: String { "connect-\(cluster)" }

    /// The workers' REST interface, as the operator and other pods reach it.
    package var restURL: String { "http://\(service).\(workerNamespace).svc:8083" }

    package var workerLabels: StringMap {
        [
            "app": "kafka-connect-workers",
            "cluster": LegalName.make(cluster),
            "managed-by": "iceberg-connect-operator",
            Self.managedBy.label: Self.managedBy.value,
        ]
    }

    package var workerSelector: StringMap {
        ["app": "kafka-connect-workers", "cluster": LegalName.make(cluster), "component": "worker"]
    }
}

// MARK: Coordinator

extension IcebergConnectNames {
    /// ConfigMap, and Secret if there are credentials.
    package var coordinatorConfig: String { LegalName.make(job, prefix: "iceberg-job-manager-config-") }
    /// Deployment, ServiceAccount, Role and RoleBinding.
    package var coordinator: String { LegalName.make(job, prefix: "iceberg-job-manager-") }
    package var coordinatorService: String { LegalName.make(job, prefix: "iceberg-job-manager-service-") }
    package var coordinatorPullSecret: String { LegalName.make(job, prefix: "iceberg-job-manager-pull-") }
    package var lease: String { Self.lease(of: coordinator) }

    /// The Lease that goes with a coordinator's Deployment and ServiceAccount of a name. It may be longer than a label.
    package static func lease(of coordinator: String) -> String { "\(coordinator)-leader" }

    package var coordinatorLabels: StringMap {
        [
            "app": "iceberg-job-manager",
            "job": LegalName.make(job),
            "managed-by": "iceberg-connect-operator",
            Self.managedBy.label: Self.managedBy.value,
        ]
    }

    package var coordinatorSelector: StringMap {
        ["app": "iceberg-job-manager", "job": LegalName.make(job), "component": "coordinator"]
    }
}

// MARK: Both

extension IcebergConnectNames {
    /// The label, and its value, of every object that is made for a resource: by it they are listed.
    package static let managedBy = (label: "app.kubernetes.io/managed-by", value: "kittiwake")

    /// The Secret in the resource's namespace that inline S3 keys are copied into.
    package var s3Secret: String { LegalName.make(job, prefix: "iceberg-connect-s3-") }

    /// Names that had to be changed to become labels, as they were given.
    package var rawNames: StringMap {
        var raw: [(key: String, value: String)] = []
        if LegalName.make(cluster) != cluster { raw.append(("\(Self.group)/cluster", cluster)) }
        if LegalName.make(job) != job { raw.append(("\(Self.group)/job", job)) }
        return StringMap(raw)
    }

    /// The group of our own labels and annotations.
    package static let group = IcebergConnect.kind.group
}
