// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// What the operator found out (`original-systems.md` 000.1). Holds no secret.
package struct IcebergConnectStatus: ConditionedStatus {
    /// The steps of the original, in their order; `Failed` can follow any of them.
    package enum Phase: String, CaseIterable, Sendable {
        case pending = "Pending"
        /// Images are read from S3.
        case downloading = "Downloading"
        /// Images are completed in the registry.
        case building = "Building"
        /// Objects are written, pods are coming up.
        case deploying = "Deploying"
        case ready = "Ready"
        case failed = "Failed"
    }

    package static let conditionTypes = IcebergConnectCondition.allCases.map(\.rawValue)

    package var phase: Phase
    /// One sentence for people.
    package var message: String
    /// The generation that all of this is about.
    package var observedGeneration: Int64?
    package var conditions: [Condition]
    package var workerStatus: Pods?
    package var coordinatorStatus: Pods?
    /// What selects the worker pods, as text, for the scale subresource.
    package var selector: String?
    package var images: Images
    package var transfers: Transfers
    package var connect: Connect?
    /// The Secret that inline S3 keys were copied into.
    package var credentialsSecret: String?
    package var claims: Claims

    package init() { self.init(phase: .pending) }

    package init(
        phase: Phase,
        message: String = "",
        observedGeneration: Int64? = nil,
        conditions: [Condition] = [],
        workerStatus: Pods? = nil,
        coordinatorStatus: Pods? = nil,
        selector: String? = nil,
        images: Images = Images(),
        transfers: Transfers = Transfers(),
        connect: Connect? = nil,
        credentialsSecret: String? = nil,
        claims: Claims = Claims()
    ) {
        self.phase = phase
        self.message = message
        self.observedGeneration = observedGeneration
        self.conditions = conditions
        self.workerStatus = workerStatus
        self.coordinatorStatus = coordinatorStatus
        self.selector = selector
        self.images = images
        self.transfers = transfers
        self.connect = connect
        self.credentialsSecret = credentialsSecret
        self.claims = claims
    }
}

extension IcebergConnectStatus {
    /// Container runtimes take 127 layers; with more of them the rest is not remembered.
    package static let mostLayers = 256

    /// Stock workers have four connectors; with more of them than this the rest is not told.
    package static let mostPlugins = 64

    /// The pods of one Deployment, as the real one shows them (row 15).
    package struct Pods: Equatable, Sendable {
        package var ready: Int
        package var desired: Int
        /// All pods, also those that are not ready: what an autoscaler counts.
        package var replicas: Int
        package var image: String?

        package init(ready: Int, desired: Int, replicas: Int, image: String? = nil) {
            self.ready = ready
            self.desired = desired
            self.replicas = replicas
            self.image = image
        }
    }

    /// One value for each role.
    package struct ByRole<Value: Equatable & Sendable & JSONDecodable & JSONEncodable>: Equatable, Sendable {
        package var worker: Value?
        package var coordinator: Value?

        package init(worker: Value? = nil, coordinator: Value? = nil) {
            self.worker = worker
            self.coordinator = coordinator
        }
    }

    /// What was obtained.
    package typealias Images = ByRole<Image>
    /// Transfers that have not come to their end.
    package typealias Transfers = ByRole<Transfer>

    /// An image that was obtained. As long as `source` is what the specification asks for, it need not be again.
    package struct Image: Equatable, Sendable {
        /// Where it came from and went to, without credentials: `s3://bucket/key at region as repository:tag`, or the
        /// name of a ready image.
        package var source: String
        /// The version of the file in S3, as S3 names it. `nil` for a ready image.
        package var etag: String?
        /// Of the image's manifest. `nil` for a ready image without one.
        package var digest: String?
        /// What stands in the pod template.
        package var reference: String
        /// Whether the program `kittiwake` is in it; `nil` if nobody looked.
        package var containsKittiwake: Bool?

        package init(
            source: String,
            etag: String? = nil,
            digest: String? = nil,
            reference: String,
            containsKittiwake: Bool? = nil
        ) {
            self.source = source
            self.etag = etag
            self.digest = digest
            self.reference = reference
            self.containsKittiwake = containsKittiwake
        }
    }

    /// What the registry has already of an image that is on its way. Whoever goes on with it, perhaps another process,
    /// reads and sends none of it again.
    package struct Transfer: Equatable, Sendable {
        /// As in ``Image/source``.
        package var source: String
        package var layers: [Layer]

        package init(source: String, layers: [Layer]) {
            self.source = source
            self.layers = layers
        }
    }

    /// A layer that is in the registry.
    package struct Layer: Equatable, Sendable {
        /// The digest of what it contains: `sha256:` and 64 hexadecimal digits.
        package var diffID: String
        /// The digest of what the registry keeps.
        package var digest: String
        /// Of what the registry keeps, in bytes.
        package var size: Int64
        package var mediaType: String
        /// Whether the program `kittiwake` is in it; `nil` if nobody looked.
        package var containsKittiwake: Bool?

        package init(diffID: String, digest: String, size: Int64, mediaType: String, containsKittiwake: Bool? = nil) {
            self.diffID = diffID
            self.digest = digest
            self.size = size
            self.mediaType = mediaType
            self.containsKittiwake = containsKittiwake
        }
    }

    /// The worker cluster's REST interface (row 212).
    package struct Connect: Equatable, Sendable {
        package var url: String
        /// Of Apache Kafka, as the workers tell it; `nil` before the first answer.
        package var version: String?
        /// The connectors that the workers can run, sorted; at most ``mostPlugins``.
        package var plugins: [Plugin]

        package init(url: String, version: String? = nil, plugins: [Plugin] = []) {
            self.url = url
            self.version = version
            self.plugins = plugins
        }
    }

    /// A connector that the workers can run.
    package struct Plugin: Equatable, Sendable {
        package var className: String
        /// `sink` or `source`.
        package var type: String
        package var version: String?

        package init(className: String, type: String, version: String? = nil) {
            self.className = className
            self.type = type
            self.version = version
        }

        /// What a status tells of plug-ins: sorted, so that another worker's order is no news, and bounded, because an
        /// image may hold any number of them.
        package static func told(of plugins: [Plugin]) -> [Plugin] {
            let cut = plugins.map { plugin in
                Plugin(
                    className: String(plugin.className.prefix(256)),
                    type: String(plugin.type.prefix(16)),
                    version: plugin.version.map { String($0.prefix(64)) }
                )
            }
            return Array(cut.sorted { ($0.className, $0.type) < ($1.className, $1.type) }.prefix(mostPlugins))
        }
    }

    /// What this resource holds and no other may: written when it was granted, so that a later resource cannot take it.
    package struct Claims: Equatable, Sendable {
        /// `namespace/cluster`
        package var cluster: String?
        /// `namespace/name`
        package var coordinator: String?
        /// `controlTopic/groupId`
        package var job: String?

        package init(cluster: String? = nil, coordinator: String? = nil, job: String? = nil) {
            self.cluster = cluster
            self.coordinator = coordinator
            self.job = job
        }
    }
}
