// SPDX-License-Identifier: Apache-2.0

package import Basics

/// An image that is to be in a registry: where it comes from, where it goes to, and with what credentials.
package struct WantedImage: Equatable, Sendable {
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

    /// Tells wanted images apart: where from and where to, without credentials.
    package var source: String {
        "s3://\(bucket)/\(key) at \(endpoint ?? region) as \(repository):\(tag)"
    }
}
