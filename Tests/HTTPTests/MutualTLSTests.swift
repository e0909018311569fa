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
        let server = try SelfSignedCertificate(for: "kafka.example")
        let known = try SelfSignedCertificate(for: "operator")
        let stranger = try SelfSignedCertificate(for: "stranger")
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
    private let process: Process
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
        process = Process()
        process.currentDirectoryURL = directory
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "0", "-www", "-naccept", "10", "-cert", "server.pem", "-key", "server.key",
            "-Verify", "1", "-verify_return_error", "-CAfile", "client.pem",
        ]
        let output = Pipe()
        process.standardInput = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // "ACCEPT 0.0.0.0:41234"
        var text = ""
        while !text.contains("ACCEPT") || text.last != "\n" {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            text += String(decoding: piece, as: UTF8.self)
        }
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
            let port = line.split(separator: ":").last.flatMap({ UInt16($0) })
        else { return nil }
        self.directory = directory
        self.port = port
    }

    func stop() {
        kill(process.processIdentifier, SIGKILL)  // it inherits a mask in which SIGTERM waits for ever
        try? FileManager.default.removeItem(at: directory)  // a test directory: nothing to lose
    }
}
