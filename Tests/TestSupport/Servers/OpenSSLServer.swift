// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// `openssl s_server`, which asks for a client's certificate. Each request has a connection of its own.
package final class OpenSSLServer: Sendable {
    /// OpenSSL refused.
    package struct Failed: Error {}

    package let port: UInt16
    private let program: RunningExecutable
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - client: the only certificate that it takes.
    ///   - files: what it answers, by path: `api/v1/pods`. Without any, every request is answered with a page about the
    ///     connection.
    /// - Throws: ``Failed``, or what starting a program throws.
    package init(
        _ identity: SelfSignedCertificate,
        trusting client: SelfSignedCertificate,
        files: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder()
        try folder.write(identity.certificate, to: "server.pem")
        try folder.write(identity.privateKey, to: "server.key")
        try folder.write(client.certificate, to: "client.pem")
        for (path, text) in files { try folder.write(text, to: path) }
        program = try RunningExecutable(
            Executable(
                [
                    "openssl", "s_server", "-accept", "0", files.isEmpty ? "-www" : "-WWW", "-cert", "server.pem",
                    "-key", "server.key", "-Verify", "1", "-verify_return_error", "-CAfile", "client.pem",
                ],
                in: folder.url.path
            )
        )
        // "ACCEPT 0.0.0.0:41234"
        var line = program.nextLine()
        while let text = line, !text.hasPrefix("ACCEPT") { line = program.nextLine() }
        guard let port = line?.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            program.kill()
            throw Failed()
        }
        self.port = port
    }

    deinit { program.kill() }
}
