// SPDX-License-Identifier: Apache-2.0

package import Basics

/// What the plan of an `IcebergConnect` asks for outside the Kubernetes API.
package enum IcebergConnectEffect: Equatable, Sendable {
    /// Get an image from S3 into the registry. Asked for again with each reconcile until it is done: a job that runs
    /// already goes on, one that failed begins again when its time has come.
    case obtainImage(ImageJob)
    /// The resource goes: end its transfers and forget what is known of them.
    case abandonImages
}

/// Which of the two images.
package enum ImageRole: String, CaseIterable, Comparable, Sendable {
    case coordinator
    case worker

    package static func < (left: ImageRole, right: ImageRole) -> Bool { left.rawValue < right.rawValue }
}

/// All that a transfer needs to know.
package struct ImageJob: Equatable, Sendable {
    package enum Credentials: Equatable, Sendable {
        case keys(accessKeyID: Secret, secretAccessKey: Secret)
        /// The role or web identity of the operator's pod.
        case environment
    }

    /// An image that was obtained earlier. If neither the file nor the registry has changed since, nothing is read.
    package struct Known: Equatable, Sendable {
        package var etag: String
        package var digest: Digest
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
    package var known: Known?

    /// Tells jobs apart: where from and where to, without credentials.
    package var source: String {
        "s3://\(bucket)/\(key) at \(endpoint ?? region) as \(repository):\(tag)"
    }
}
