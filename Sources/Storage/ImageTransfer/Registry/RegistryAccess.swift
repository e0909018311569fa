// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPClient

/// Who asks, and over what.
package struct RegistryAccess: Sendable {
    package var credentials: RegistryCredentials?
    package var endpoints: RegistryEndpoints
    /// Without TLS, whatever the registry's name.
    package var plainHTTP: Bool
    package var tls: TLSMaterial

    package init(
        credentials: RegistryCredentials? = nil,
        endpoints: RegistryEndpoints = RegistryEndpoints(),
        plainHTTP: Bool = false,
        tls: TLSMaterial = TLSMaterial()
    ) {
        self.credentials = credentials
        self.endpoints = endpoints
        self.plainHTTP = plainHTTP
        self.tls = tls
    }

    /// Scheme, host and port that requests for this reference go to.
    func origin(for reference: ImageReference) -> String {
        if let endpoint = endpoints[reference.registry] { return endpoint }
        if reference.registry == "docker.io" { return "https://registry-1.docker.io" }  // known under another name
        return "\(plainHTTP || reference.isLoopback ? "http" : "https")://\(reference.registry)"
    }
}

/// How a user of a registry proves who he is.
package enum RegistryCredentials: Hashable, Sendable {
    case password(user: String, password: Secret)
    /// A refresh token, which a token server exchanges for others.
    case identityToken(Secret)
}

/// Says for some registries where to send what is meant for them, while references stay as they are written: to the
/// kubelet `localhost:5000` is the node, to a pod it is the pod itself.
package struct RegistryEndpoints: Hashable, Sendable {
    private var origins: [String: String] = [:]

    package init() {}

    /// Reads the setting `REGISTRY_ENDPOINTS`: `registry=url`, separated by commas, such as
    /// `localhost:5000=http://registry.kube-system:5000`.
    ///
    /// - Throws: ``ImageTransferError`` with the code `invalidSettings`.
    package init(parsing text: String) throws(ImageTransferError) {
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard parts.count == 2, let origin = Self.origin(parts[1]), !parts[0].isEmpty, !parts[0].contains("/")
            else {
                throw ImageTransferError(
                    .invalidSettings,
                    "REGISTRY_ENDPOINTS: \"\(entry.trimmed)\" is not registry=url",
                    advice: "write for example localhost:5000=http://registry.kube-system:5000"
                )
            }
            origins[parts[0].lowercased()] = origin
        }
    }

    /// Scheme, host and port, if this registry has an entry.
    package subscript(registry: String) -> String? { origins[registry] }

    private static func origin(_ url: String) -> String? {
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        for scheme in ["http://", "https://"] where url.hasPrefix(scheme) {
            let host = url.dropFirst(scheme.count)
            let isPlain = !host.isEmpty && !host.contains { "/@?#".contains($0) }
            return isPlain ? url : nil
        }
        return nil
    }
}

extension Substring {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
