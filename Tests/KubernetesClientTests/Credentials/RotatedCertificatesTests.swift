// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPServer
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// Authorities, certificates and keys that somebody replaces while the program runs.
@Suite(.timeLimit(.minutes(2)))
struct RotatedCertificatesTests {
    static let host = "kube.example"
    static let namespace = """
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default", "resourceVersion": "1", "uid": "u"}}
        """

    let time = CredentialsTests.Time()
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A client that knows its credentials from files, as the service account's and many kubeconfigs' are.
    func client(port: some StringProtocol, hasCertificate: Bool = true) -> KubernetesClient {
        var access = ClusterAccess(server: "https://127.0.0.1:\(port)")
        access.serverName = Self.host
        access.authority = .file(folder.path("ca.crt"))
        if hasCertificate {
            access.certificate = .file(folder.path("client.crt"))
            access.privateKey = .file(folder.path("client.key"))
        }
        var settings = KubernetesClient.Settings(log: Log(level: .error))
        settings.now = { [time] in time.now }
        settings.sleep = { _ in }
        return KubernetesClient(access, settings)
    }

    func write(_ identity: SelfSignedCertificate) throws {
        try folder.write(identity.certificate, to: "client.crt")
        try folder.write(identity.privateKey, to: "client.key")
    }

    func ask(_ client: KubernetesClient) async throws {
        let key = ObjectKey(namespace: nil, name: "default")
        #expect(try await client.get(PartialObjectMetadata<Namespaces>.self, key)?.metadata.name == "default")
    }

    @Test func aReplacedCertificateIsTakenAfterFiveMinutes() async throws {
        let server = try await SelfSignedCertificate(for: Self.host)
        let (old, new) = (try await SelfSignedCertificate(for: "old"), try await SelfSignedCertificate(for: "new"))
        let tool = try OpenSSLServer(server, trusting: new, files: ["api/v1/namespaces/default": Self.namespace])
        try folder.write(server.certificate, to: "ca.crt")
        try write(old)
        let client = client(port: "\(tool.port)")
        await expect(.transport) { try await ask(client) }
        try write(new)
        time.advance(by: .seconds(299))
        await expect(.transport) { try await ask(client) }
        time.advance(by: .seconds(1))
        try await ask(client)
        // And the other way round: nothing of the good connections is left to go on with.
        try write(old)
        try await ask(client)
        time.advance(by: .seconds(300))
        await expect(.transport) { try await ask(client) }
        withExtendedLifetime(tool) {}
    }

    /// The server keeps connections open, and one that was made with other authorities proves nothing any more.
    @Test func replacedAuthoritiesAreTakenAfterFiveMinutesAndForNewConnections() async throws {
        let (server, other) = (
            try await SelfSignedCertificate(for: Self.host), try await SelfSignedCertificate(for: Self.host)
        )
        let peers = Recorder<String>()
        try await withServer { request in
            peers.record(request.path)
            return ServerResponse(
                headers: [("Content-Type", "application/json")],
                body: .bytes(Array(Self.namespace.utf8))
            )
        } configure: {
            $0.certificate = server.certificate
            $0.privateKey = server.privateKey
        } _: { host in
            try folder.write(server.certificate, to: "ca.crt")
            let client = client(port: host.split(separator: ":").last ?? "", hasCertificate: false)
            try await ask(client)
            try folder.write(other.certificate, to: "ca.crt")
            time.advance(by: .seconds(299))
            try await ask(client)
            time.advance(by: .seconds(1))
            await expect(.transport) { try await ask(client) }
            #expect(peers.all.count == 2, "nothing was sent to a server that is not trusted")
            try folder.write(server.certificate, to: "ca.crt")
            time.advance(by: .seconds(300))
            try await ask(client)
        }
    }
}
