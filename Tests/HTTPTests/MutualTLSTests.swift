// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import TestSupport
import Testing

/// Against OpenSSL's own server, which asks for a certificate; ours does not.
@Suite(.timeLimit(.minutes(5)))
struct MutualTLSTests {
    @Test func aClientIsKnownByItsCertificate() async throws {
        let server = try await SelfSignedCertificate(for: "kafka.example")
        let known = try await SelfSignedCertificate(for: "operator")
        let stranger = try await SelfSignedCertificate(for: "stranger")
        let tool = try OpenSSLServer(server, trusting: known)
        var request = HTTPRequest("GET", "https://kafka.example:8443/")
        request.connectTo = "127.0.0.1:\(tool.port)"
        request.allowsHTTP2 = false
        request.tls.authorities = server.certificate
        let client = HTTPClient()

        request.tls.certificate = known.certificate
        request.tls.privateKey = known.privateKey
        let page = try await client.send(request).body.collect()
        #expect(String(decoding: page, as: UTF8.self).contains("CN=operator"))

        request.tls.certificate = stranger.certificate
        request.tls.privateKey = stranger.privateKey
        await #expect(throws: HTTPError.self) { _ = try await client.send(request).body.collect() }

        request.tls.certificate = nil
        request.tls.privateKey = nil
        await #expect(throws: HTTPError.self) { _ = try await client.send(request).body.collect() }

        // A key that does not belong to the certificate is noticed before anything is sent.
        request.tls.certificate = known.certificate
        request.tls.privateKey = stranger.privateKey
        await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .transfer(58) }
        withExtendedLifetime(tool) {}  // it ends with the value
    }
}
