// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import TestSupport

/// A real S3 server or registry of the repository's test bed, alone and on a free port.
package struct Service: Sendable {
    /// The programs of the test bed have not been built. A test then fails; it is never skipped.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Who may use it. These are the S3 server's keys too.
    package static let user = "kittiwake"
    package static let password = "kittiwake-secret"

    /// `https://127.0.0.1:21234`
    package let address: String
    /// PEM of the authority behind its certificate; `nil` without TLS.
    package let authority: [UInt8]?
    private let folder: URL

    /// Host and port.
    package var host: String { String(address.split(separator: "/").last ?? "") }

    /// Runs `body` with a server, and removes the server and all that it has stored.
    ///
    /// - Parameters:
    ///   - kind: `s3` or `registry`.
    ///   - options: `--tls`, `--auth`.
    package static func with<Value: Sendable>(
        _ kind: String,
        _ options: [String],
        body: @Sendable (Service) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kittiwake-\(kind)-\(UUID().uuidString)")
        let address = try await run("service", ["start", kind] + options + [folder.path])
        let authority = try? Data(contentsOf: folder.appending(path: "pki/ca.crt"))  // there is one only with TLS
        let service = Service(address: address, authority: authority.map(Array.init), folder: folder)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(service))
        } catch {
            result = .failure(error)
        }
        _ = try await run("service", ["stop", folder.path])
        return try result.get()
    }

    /// Puts an object into an S3 server, in a bucket that may be new.
    package func put(_ bytes: [UInt8], bucket: String, key: String) async throws {
        let file = folder.appending(path: "object")
        try Data(bytes).write(to: file)
        for arguments in [["make", bucket], ["put", file.path, "\(bucket)/\(key)"]] {
            _ = try await Self.run("s3", arguments, ["AWS_ENDPOINT_URL": address, "AWS_CA_BUNDLE": authorityPath])
        }
    }

    /// Bytes of all blobs that a registry keeps.
    package var blobs: Int {
        let files = FileManager.default.enumerator(atPath: folder.appending(path: "var").path)
        return files?.count { ($0 as? String)?.hasSuffix("/data") == true } ?? 0
    }

    /// How often the log of requests has this text.
    package func requests(_ text: String) throws -> Int {
        let log = try String(contentsOf: folder.appending(path: "log/registry.log"), encoding: .utf8)
        return log.split(separator: "\n").count { $0.contains("\"\(text)") }
    }

    private var authorityPath: String { authority == nil ? "" : folder.appending(path: "pki/ca.crt").path }

    private static func run(
        _ command: String,
        _ arguments: [String],
        _ more: [String: String] = [:]
    ) async throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let program = Executable([root.appending(path: "testbed/\(command)").path] + arguments, adding: more)
        let outcome = try await program.run()
        guard outcome.status == 0 else {
            throw Unavailable(
                description: "testbed/\(command) \(arguments.joined(separator: " ")): \(outcome.errors)"
            )
        }
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
