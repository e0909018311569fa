// SPDX-License-Identifier: Apache-2.0

package import Basics
package import JSON

/// What a user asks for: worker pods of one Connect cluster, and the commit coordinator of one Iceberg job
/// (`original-systems.md` 000.1).
///
/// Every default is filled in, so only what really may be absent is `Optional`. What it holds has passed the checks of
/// ``IcebergConnectSchema``.
package struct IcebergConnectSpec: Equatable, Sendable {
    package var s3Config: S3?
    package var images: Images
    package var worker: Worker
    package var coordinator: Coordinator
    /// No workers are made; only the coordinator is.
    package var coordinatorOnly: Bool
}

extension IcebergConnectSpec {
    /// Where the image files are.
    package struct S3: Equatable, Sendable {
        package var region: String
        package var bucket: String
        /// `nil`: AWS itself.
        package var endpoint: String?
        package var credentials: Credentials

        /// Where the keys come from: exactly one of three (000.5 d).
        package enum Credentials: Equatable, Sendable {
            /// Typed into the resource. Accepted for the sake of existing manifests.
            case inline(accessKeyID: Secret, secretAccessKey: Secret)
            /// The name of a Secret in the resource's namespace.
            case secret(String)
            /// The role or web identity of the operator's pod.
            case environment
        }
    }

    /// The two images.
    package struct Images: Equatable, Sendable {
        /// `nil` only with `coordinatorOnly`.
        package var worker: Image?
        package var coordinator: Image
    }

    /// One image: what it is made of, and what it is called.
    package struct Image: Equatable, Sendable {
        /// Exactly one of `s3Path` and `image`.
        package enum Source: Equatable, Sendable {
            /// The key of a `docker save` tar in the bucket.
            case tar(key: String)
            /// A ready image: nothing is transferred.
            case ready(ImageReference)
        }

        package var source: Source
        package var tag: String
        package var registry: String
        /// The name of a Secret of type `kubernetes.io/dockerconfigjson` in the resource's namespace.
        package var pushSecret: String?
    }

    /// The Connect cluster.
    package struct Worker: Equatable, Sendable {
        package var replicas: Int
        /// `nil`: the resource's name and `-workers`.
        package var clusterName: String?
        /// `nil`: the resource's own.
        package var namespace: String?
        package var kafka: WorkerKafka
        package var storage: InternalTopics
        package var resources: Resources
        package var performance: Performance
        /// Further properties of the worker.
        package var config: StringMap
        /// Empty: the heap is half of the memory limit.
        package var jvmOptions: [String]
    }

    /// How the workers reach Kafka.
    package struct WorkerKafka: Equatable, Sendable {
        /// `nil` only with `coordinatorOnly`.
        package var bootstrapServers: String?
        package var securityProtocol: String
        package var saslMechanism: String?
        package var jaas: JAAS?
        /// Folders, separated by `:` or `,`.
        package var pluginPath: String
    }

    /// A login for Kafka.
    package enum JAAS: Equatable, Sendable {
        /// Typed into the resource.
        case inline(Secret)
        case secret(name: String, key: String)
    }

    /// Where Connect keeps its state.
    package struct InternalTopics: Equatable, Sendable {
        package var offsetTopic: String
        package var offsetReplicationFactor: Int
        package var offsetPartitions: Int
        package var configTopic: String
        package var configReplicationFactor: Int
        package var statusTopic: String
        package var statusReplicationFactor: Int
        package var statusPartitions: Int
    }

    /// Amounts as they stand in the manifest.
    package struct Resources: Equatable, Sendable {
        package var requests: Amounts
        package var limits: Amounts
    }

    /// Quantities of Kubernetes: `2Gi`, `500m`.
    package struct Amounts: Equatable, Sendable {
        package var memory: String
        package var cpu: String
    }

    /// In milliseconds.
    package struct Performance: Equatable, Sendable {
        package var offsetFlushIntervalMs: Int64
        package var offsetFlushTimeoutMs: Int64
        package var taskShutdownTimeoutMs: Int64
    }

    /// The commit coordinator of one job.
    package struct Coordinator: Equatable, Sendable {
        package var replicas: Int
        /// `nil`: the resource's own.
        package var namespace: String?
        package var job: Job
        package var kafka: CoordinatorKafka
        package var resources: Resources
    }

    /// The Iceberg job, as the sink knows it.
    package struct Job: Equatable, Sendable {
        package var controlTopic: String
        package var groupId: String
        package var catalogProperties: StringMap
        /// The name of a Secret in the resource's namespace whose keys are added to the catalogue properties.
        package var catalogSecret: String?
        /// The sink's real consumer group.
        package var connectGroup: String?
    }

    /// What is `nil` is inherited from the worker.
    package struct CoordinatorKafka: Equatable, Sendable {
        package var bootstrapServers: String?
        package var securityProtocol: String?
        package var saslMechanism: String?
        package var jaas: JAAS?
        package var enableTransactions: Bool
        package var transactionTimeoutMs: Int
    }
}

// MARK: What needs more than one field

extension IcebergConnectSpec {
    /// The coordinator's Kafka settings with everything inherited, field by field (000.5 b).
    package var coordinatorKafka: CoordinatorKafka {
        var kafka = coordinator.kafka
        kafka.bootstrapServers = kafka.bootstrapServers ?? worker.kafka.bootstrapServers
        kafka.securityProtocol = kafka.securityProtocol ?? worker.kafka.securityProtocol
        kafka.saslMechanism = kafka.saslMechanism ?? worker.kafka.saslMechanism
        kafka.jaas = kafka.jaas ?? worker.kafka.jaas
        return kafka
    }

    /// The names of all Secrets that the resource refers to, sorted, each once. All are in the resource's namespace.
    package var referencedSecrets: [String] {
        var names: [String?] = [images.coordinator.pushSecret, coordinator.job.catalogSecret]
        if case .secret(let name) = s3Config?.credentials { names.append(name) }
        if !coordinatorOnly { names.append(images.worker?.pushSecret) }
        for jaas in [coordinatorOnly ? nil : worker.kafka.jaas, coordinatorKafka.jaas] {
            if case .secret(let name, _) = jaas { names.append(name) }
        }
        return Set(names.compactMap { $0 }).sorted()
    }
}
