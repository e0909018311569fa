// SPDX-License-Identifier: Apache-2.0

package import Basics
package import Resources

/// What the plan of an `IcebergConnect` asks for outside the Kubernetes API.
package enum IcebergConnectEffect: Equatable, Sendable {
    /// Bring an image from S3 into the registry and keep it there. Asked for with each reconcile, which changes nothing
    /// while the job is the same: how often something is tried is not decided here. With another job for the role, the
    /// old one ends.
    ///
    /// What an earlier process found out goes with it: the image that came of the same job, or what the registry has of
    /// it already.
    case obtainImage(ImageJob, known: ObtainedImage?, layers: [IcebergConnectStatus.Layer] = [])
    /// Nothing is wanted for the role any more: end its job and forget what is known of it.
    case abandonImage(ImageRole)
    /// Ask the workers' REST interface from now on whether it answers, beside the reconciles. How often is not decided
    /// here. With another cluster the old one is not asked any more.
    case askCluster(ConnectCluster)
    /// There is nobody to ask any more.
    case forgetCluster
}

/// A cluster that can be asked whether it answers.
package struct ConnectCluster: Equatable, Sendable {
    /// Of the resource: one that is made anew under the same name has another cluster.
    package var owner: String
    /// Of the REST interface: scheme, host and port.
    package var url: String
    /// With another number it may answer otherwise, so it is asked at once.
    package var readyPods: Int

    package init(owner: String, url: String, readyPods: Int) {
        self.owner = owner
        self.url = url
        self.readyPods = readyPods
    }

    /// Whether what one of them said also counts for the other.
    package func isSame(as other: ConnectCluster) -> Bool { owner == other.owner && url == other.url }
}

/// Which of the two images.
package enum ImageRole: String, CaseIterable, Comparable, Sendable {
    case coordinator
    case worker

    package static func < (left: ImageRole, right: ImageRole) -> Bool { left.rawValue < right.rawValue }
}

/// All that a transfer needs to know.
package struct ImageJob: Equatable, Sendable {
    /// How the object store is asked.
    package enum Credentials: Equatable, Sendable {
        case keys(accessKeyID: Secret, secretAccessKey: Secret)
        /// The role or web identity of the operator's pod.
        case environment
    }

    package var role: ImageRole
    package var region: String
    package var bucket: String
    package var key: String
    /// `nil`: AWS itself. Else the bucket is addressed by path.
    package var endpoint: String?
    package var credentials: Credentials
    /// `registry/iceberg-kafka-connect-worker`, without a tag.
    package var repository: String
    package var tag: String
    /// The text of `.dockerconfigjson`; `nil`: no login.
    package var registryLogin: Secret?

    /// Tells jobs apart: where from and where to, without credentials.
    package var source: String {
        "s3://\(bucket)/\(key) at \(endpoint ?? region) as \(repository):\(tag)"
    }
}
