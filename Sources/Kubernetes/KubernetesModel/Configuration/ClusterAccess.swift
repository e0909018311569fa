// SPDX-License-Identifier: Apache-2.0

package import Basics

/// Which API server to talk to, and as whom. Says where credentials are; reading files is the client's business.
package struct ClusterAccess: Equatable, Sendable {
    /// Something that stands in the configuration or in a file beside it.
    package enum Material: Equatable, Sendable {
        /// PEM text or a token.
        case text(Secret)
        /// An absolute path, or one relative to the working directory. Read again from time to time: it may change.
        case file(String)
    }

    /// `https://host:port` with an optional path, without a slash at the end.
    package var server: String
    /// The authorities that sign the server's certificate, as PEM; `nil`: those of the system.
    package var authority: Material?
    /// Talks to anybody who answers. Only for tests and rescue.
    package var skipsVerification: Bool
    /// The name the server's certificate has to have, if it is not the host in `server`.
    package var serverName: String?
    package var token: Material?
    /// Of the client, as PEM. Always together with `privateKey`.
    package var certificate: Material?
    package var privateKey: Material?

    package init(
        server: String,
        authority: Material? = nil,
        skipsVerification: Bool = false,
        serverName: String? = nil,
        token: Material? = nil,
        certificate: Material? = nil,
        privateKey: Material? = nil
    ) {
        self.server = server
        self.authority = authority
        self.skipsVerification = skipsVerification
        self.serverName = serverName
        self.token = token
        self.certificate = certificate
        self.privateKey = privateKey
    }

    /// What a pod uses: the service account's folder, and the address in the environment.
    ///
    /// - Parameters:
    ///   - host: `KUBERNETES_SERVICE_HOST`; an IPv6 address has no brackets there.
    ///   - port: `KUBERNETES_SERVICE_PORT`.
    package static func inCluster(host: String, port: String) -> ClusterAccess {
        let host = host.contains(":") ? "[\(host)]" : host
        return ClusterAccess(
            server: "https://\(host):\(port)",
            authority: .file("\(folder)/ca.crt"),
            token: .file("\(folder)/token")
        )
    }

    /// Where the kubelet puts a pod's service account.
    private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
}
