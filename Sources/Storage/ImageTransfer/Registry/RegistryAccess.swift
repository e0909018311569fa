// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import HTTPClient

/// Who asks, and over what.
package struct RegistryAccess: Sendable {
    package var credentials: RegistryCredentials?
    package var endpoints: RegistryEndpoints
    /// Without TLS, whatever the registry's name.
    package var plainHTTP: Bool
    /// Whether registries on this machine are spoken to without TLS unless an endpoint says otherwise.
    package var isLoopbackPlain: Bool
    package var tls: TLSMaterial

    package init(
        credentials: RegistryCredentials? = nil,
        endpoints: RegistryEndpoints = RegistryEndpoints(),
        plainHTTP: Bool = false,
        isLoopbackPlain: Bool = true,
        tls: TLSMaterial = TLSMaterial()
    ) {
        self.credentials = credentials
        self.endpoints = endpoints
        self.plainHTTP = plainHTTP
        self.isLoopbackPlain = isLoopbackPlain
        self.tls = tls
    }

    /// Scheme, host and port that requests for this reference go to.
    func origin(for reference: ImageReference) -> String {
        if let endpoint = endpoints[reference.registry] { return endpoint }
        if reference.registry == "docker.io" { return "https://registry-1.docker.io" }  // known under another name
        let isPlain = plainHTTP || isLoopbackPlain && reference.isLoopback
        return "\(isPlain ? "http" : "https")://\(reference.registry)"
    }
}
