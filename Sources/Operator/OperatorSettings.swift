// SPDX-License-Identifier: Apache-2.0

package import Basics
package import ImageTransfer
package import KubernetesRuntime

/// What the operator is told by its environment. [docs/operator.md](../../docs/operator.md) lists the variables.
package struct OperatorSettings: Equatable, Sendable {
    /// Where the operator itself is installed; its Lease lies there.
    package var namespace: String
    /// Names this process and no other, in the Lease and in Events.
    package var identity: String
    /// Namespaces whose resources are handled, sorted; empty: all.
    package var watchedNamespaces: [String]
    /// The image that coordinators run unless a resource brings one with `kittiwake` in it.
    package var operatorImage: String
    /// Where to send layers for a registry that pods reach under another address: registry → URL (000.5 g).
    package var registryEndpoints: RegistryEndpoints
    /// PEM file of authorities for registries and for S3; `nil`: those of the system.
    package var registryAuthorities: String?
    package var storageAuthorities: String?
    /// Health and metrics.
    package var port: UInt16
    package var electsLeader: Bool
    /// How the Lease is kept.
    package var lease: LeaseTimings
    package var logLevel: Log.Level
    package var logFormat: Log.Format
    /// Image transfers at a time.
    package var imageTransfers: Int
    /// How long an image that is in its registry is taken to be there, before it is looked at again.
    package var imageRecheck: Duration

    /// - Parameter processIdentity: where `POD_NAME` is not set; of this process and no other.
    /// - Throws: ``SettingsError`` with every problem there is.
    package init(environment: [String: String], processIdentity: String) throws(SettingsError) {
        var reader = EnvironmentReader(environment)
        namespace = reader.optional("OPERATOR_NAMESPACE") ?? "iceberg-system"
        identity = reader.optional("POD_NAME") ?? processIdentity
        watchedNamespaces = Set(Self.list(reader.optional("WATCH_NAMESPACE"))).sorted()
        operatorImage = reader.required("KITTIWAKE_IMAGE")
        registryEndpoints = RegistryEndpoints()
        do throws(ImageTransferError) {
            registryEndpoints = try RegistryEndpoints(parsing: reader.optional("REGISTRY_ENDPOINTS") ?? "")
        } catch {
            reader.report(error.description)
        }
        registryAuthorities = reader.optional("REGISTRY_CA_FILE")
        storageAuthorities = reader.optional("AWS_CA_BUNDLE")
        port = UInt16(reader.number("METRICS_PORT", in: 0...65_535) ?? 8080)
        electsLeader = reader.bool("LEADER_ELECTION_ENABLED") ?? true
        lease = LeaseTimings(&reader)
        logLevel = reader.choice("LOG_LEVEL") ?? .info
        logFormat = reader.choice("LOG_FORMAT") ?? .json
        imageTransfers = reader.number("IMAGE_TRANSFERS", in: 1...64) ?? 4
        imageRecheck = .seconds(reader.number("IMAGE_RECHECK_SECONDS", in: 10...86_400) ?? 300)
        try reader.finish()
    }

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split { $0 == "," || $0 == " " }.map(String.init)
    }
}
