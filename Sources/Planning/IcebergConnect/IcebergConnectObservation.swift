// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesModel
package import Resources

/// Everything that the plan of one `IcebergConnect` depends on besides the resource itself: values only.
package struct IcebergConnectObservation: Equatable, Sendable {
    /// RFC 3339 in UTC with seconds.
    package var now: String
    package var settings: Settings
    /// Other resources, also those that are being deleted: all that share one of
    /// ``IcebergConnectClaimant/claimKeys``, and some of those that share a topic.
    package var siblings: [IcebergConnectClaimant]
    /// The Secrets of ``Resources/IcebergConnectSpec/referencedSecrets`` that exist, by name. A missing one is not in it.
    package var secrets: [String: SecretContent]
    /// The objects that belong to the resource (by owner reference or owner label), and those that bear one of the names
    /// of ``IcebergConnectPlanner/wantedObjects(of:)``, whoever they belong to.
    package var children: [Child]
    package var workers: DeploymentState?
    package var coordinators: DeploymentState?
    package var images: [ImageRole: ImageProgress]
    package var connect: ConnectAnswer

    package init(
        now: String,
        settings: Settings,
        siblings: [IcebergConnectClaimant] = [],
        secrets: [String: SecretContent] = [:],
        children: [Child] = [],
        workers: DeploymentState? = nil,
        coordinators: DeploymentState? = nil,
        images: [ImageRole: ImageProgress] = [:],
        connect: ConnectAnswer = .notAsked
    ) {
        self.now = now
        self.settings = settings
        self.siblings = siblings
        self.secrets = secrets
        self.children = children
        self.workers = workers
        self.coordinators = coordinators
        self.images = images
        self.connect = connect
    }
}

extension IcebergConnectObservation {
    /// What does not come from the cluster.
    package struct Settings: Equatable, Sendable {
        /// The operator's own image, which runs the coordinator where the given image cannot.
        package var operatorImage: String
        /// Where the operator looks; empty: everywhere.
        package var watchedNamespaces: [String]

        package init(operatorImage: String, watchedNamespaces: [String] = []) {
            self.operatorImage = operatorImage
            self.watchedNamespaces = watchedNamespaces
        }

        /// Whether what happens in a namespace is seen.
        package func watches(_ namespace: String) -> Bool {
            watchedNamespaces.isEmpty || watchedNamespaces.contains(namespace)
        }
    }

    /// The values of a Secret by key, decoded.
    package typealias SecretContent = [String: Secret]

    /// An object in the cluster: only what says whose it is.
    package struct Child: Equatable, Sendable {
        package var kind: ResourceKind
        package var key: ObjectKey
        package var uid: String
        package var owner: ObjectOwner

        /// - Parameter isOurs: whether our field manager has applied it; of no account where its owner shows.
        package init(kind: ResourceKind, metadata: ObjectMeta, isOurs: Bool = false) {
            self.kind = kind
            key = metadata.key
            uid = metadata.uid ?? ""
            owner = ObjectOwner(of: metadata, label: OwnerLabel.uid, isOurs: isOurs)
        }
    }

    /// What a Deployment's status says.
    package struct DeploymentState: Equatable, Sendable {
        /// True if `observedGeneration` has reached `generation`: the counts are about the present specification.
        package var isCurrent: Bool
        /// `spec.replicas`
        package var desired: Int
        package var replicas: Int
        package var updated: Int
        package var ready: Int
        /// Of the first container.
        package var image: String?
        /// The Deployment's annotation ``AppliedHash/annotation``: which of our intents it carries out.
        package var appliedHash: String?
        /// What keeps Kubernetes from making the pods, in its own words.
        package var obstacle: String?

        package init(
            isCurrent: Bool,
            desired: Int,
            replicas: Int,
            updated: Int,
            ready: Int,
            image: String? = nil,
            appliedHash: String? = nil,
            obstacle: String? = nil
        ) {
            self.isCurrent = isCurrent
            self.desired = desired
            self.replicas = replicas
            self.updated = updated
            self.ready = ready
            self.image = image
            self.appliedHash = appliedHash
            self.obstacle = obstacle
        }

        package init(_ deployment: Deployment) {
            let status = deployment.status
            self.init(
                isCurrent: status.observedGeneration >= deployment.metadata.generation ?? 0,
                desired: deployment.replicas,
                replicas: status.replicas,
                updated: status.updatedReplicas,
                ready: status.readyReplicas,
                image: deployment.image,
                appliedHash: deployment.metadata.annotations[AppliedHash.annotation],
                obstacle: status.obstacle
            )
        }
    }

    /// How far the transfer of one image is.
    package struct ImageProgress: Equatable, Sendable {
        /// The image it is about: ``WantedImage/source``. Progress of another image counts as none.
        package var source: String
        package var state: State
        /// What the registry has already, while the transfer has not come to its end.
        package var layers: [IcebergConnectStatus.Layer]

        package init(source: String, state: State, layers: [IcebergConnectStatus.Layer] = []) {
            self.source = source
            self.state = state
            self.layers = layers
        }

        /// The steps of a transfer.
        package enum State: Equatable, Sendable {
            /// Not begun, or being looked up whether anything has to be read at all.
            case waiting
            /// From S3. `total` is `nil` while unknown.
            case reading(ByteCount, of: ByteCount?)
            /// All is read; the registry is being completed.
            case completing
            case done(ObtainedImage)
            case failed(Failure)
        }

        /// Why the last attempt came to nothing. It stays so while the next one goes on.
        package struct Failure: Equatable, Sendable {
            /// Upper camel case, `ObjectNotFound`: goes into conditions.
            package var reason: String
            /// A sentence with the step and what to do. No secret.
            package var message: String
            package var attempts: Int

            package init(reason: String, message: String, attempts: Int) {
                self.reason = reason
                self.message = message
                self.attempts = attempts
            }
        }
    }

    /// What the workers' REST interface said last.
    package enum ConnectAnswer: Equatable, Sendable {
        case notAsked
        /// The version of Apache Kafka, and what it can run; `nil` if it did not say that.
        case version(String, plugins: [IcebergConnectStatus.Plugin]? = nil)
        /// In upper camel case: `ConnectionRefused`, `TimedOut`; and a sentence.
        case unreachable(reason: String, message: String)
    }
}
