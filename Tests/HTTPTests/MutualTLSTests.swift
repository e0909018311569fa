// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
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
        let tool = try #require(try OpenSSLServer(server, trusting: known))
        defer { tool.stop() }
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
    }
}

/// `openssl s_server`, which answers every request with a page about the connection.
struct OpenSSLServer {
    let port: UInt16
    private let program: RunningExecutable
    private let directory: URL

    init?(_ identity: SelfSignedCertificate, trusting client: SelfSignedCertificate) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (name, bytes) in [
            ("server.pem", identity.certificate), ("server.key", identity.privateKey),
            ("client.pem", client.certificate),
        ] {
            try Data(bytes).write(to: directory.appending(path: name))
        }
        program = try RunningExecutable(
            Executable(
                [
                    "openssl", "s_server", "-accept", "0", "-www", "-naccept", "10", "-cert", "server.pem",
                    "-key", "server.key", "-Verify", "1", "-verify_return_error", "-CAfile", "client.pem",
                ],
                in: directory.path
            )
        )
        // "ACCEPT 0.0.0.0:41234"
        var line = program.nextLine()
        while let text = line, !text.hasPrefix("ACCEPT") { line = program.nextLine() }
        guard let port = line?.split(separator: ":").last.flatMap({ UInt16($0) })
        else { return nil }
        self.directory = directory
        self.port = port
    }

    func stop() {
        program.kill()
        try? FileManager.default.removeItem(at: directory)  // a test directory: nothing to lose
    }
}
