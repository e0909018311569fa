// SPDX-License-Identifier: Apache-2.0

package import Basics

/// What requests to an object store are signed with.
package struct S3Credentials: Hashable, Sendable {
    package var accessKey: String
    package var secretKey: Secret
    /// Of temporary credentials.
    package var token: Secret?

    /// White space around the texts is left out: many keys come out of files that end with a line break.
    package init(accessKey: String, secretKey: Secret, token: Secret? = nil) {
        self.accessKey = accessKey.trimmed
        self.secretKey = secretKey.reveal { Secret($0.trimmed) }
        self.token = token.map { $0.reveal { Secret($0.trimmed) } }
    }
}

/// Where credentials come from.
package protocol CredentialsProvider: Sendable {
    /// Callable from any task; what is costly is kept and fetched once for all who ask.
    ///
    /// - Throws: ``StorageError``.
    func credentials() async throws -> S3Credentials

    /// The store refused what was given last: it has to be fetched again.
    func refused()
}

/// Keys that somebody typed, or that a Secret holds.
package struct StaticCredentials: CredentialsProvider {
    private let fixed: S3Credentials

    package init(_ credentials: S3Credentials) { fixed = credentials }

    package func credentials() -> S3Credentials { fixed }
    package func refused() {}
}
