// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestStorage
import TestSupport
import Testing

/// `kittiwake image copy` as a shell calls it: the built program, a file, a registry.
@Suite(.timeLimit(.minutes(5)))
struct ImageCopyCommandTests {
    let registry = FakeRegistry()
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs the copy of a small image; `{file}` and `{host}` stand for the archive and the registry's address.
    func copy(
        _ host: String,
        _ options: String...,
        environment: [String: String] = [:]
    ) async throws -> ExecutableOutcome {
        let file = try folder.write(ImageBuilder([Array("a layer".utf8)]).archive(), to: "image.tar")
        let words = ["image", "copy", file, "\(host)/kafka/worker:1.0"]
        let direct = ["no_proxy": "0.0.0.0,127.0.0.1,localhost"].merging(environment) { _, given in given }
        return try await Executable([Executable.built("kittiwake")] + words + options, adding: direct).run()
    }

    @Test(.rows(27)) func theResultIsTheReferenceByDigest() async throws {
        try await withServer(registry.handle) { host in
            let outcome = try await copy(host)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let digest = try #require(registry.manifests.keys.first { $0.hasPrefix("sha256:") })
            #expect(outcome.output == "\(host)/kafka/worker@\(digest)\n")
            #expect(!outcome.errors.contains { "\r\u{1b}".contains($0) }, "nothing is drawn where nobody watches")
        }
    }

    @Test(.rows(28)) func programsReadOneObjectOfJSON() async throws {
        try await withServer(registry.handle) { host in
            let outcome = try await copy(host, "--json", "--quiet", "--plain-http")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors == "")
            let result: JSON = try JSONDocument(parsing: outcome.output.utf8).decode()
            let digest = try #require(registry.manifests.keys.first { $0.hasPrefix("sha256:") })
            #expect(result["digest"] == .string(digest))
            #expect(result["reference"] == .string("\(host)/kafka/worker@\(digest)"))
        }
    }

    /// By another name than those that mean this machine, for which it is the default.
    @Test(.rows(28)) func aRegistryIsSpokenToWithoutTLSOnlyIfThatIsSaid() async throws {
        try await withServer(registry.handle) { address in
            let host = "0.0.0.0:\(address.split(separator: ":").last ?? "")"
            let refused = try await copy(host)
            #expect(refused.status == 1)
            #expect(registry.manifests.isEmpty)
            let outcome = try await copy(host, "--plain-http")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(registry.manifests["1.0"] != nil)
        }
    }

    /// `script` is a terminal for what it runs: so narrow that what is drawn first, before anything is known, is cut.
    @Test(.rows(28)) func onATerminalAPersonSeesProgressAndThenTheResult() async throws {
        try await withServer(registry.handle) { host in
            let file = try folder.write(ImageBuilder([Array("a layer".utf8)]).archive(), to: "image.tar")
            let result = try folder.write("", to: "result")
            let copy = "\(Executable.built("kittiwake")) image copy '\(file)' \(host)/kafka/worker:1.0 > '\(result)'"
            let outcome = try await Executable(["script", "-qefc", "stty cols 8; \(copy)", "/dev/null"]).run()
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(outcome.output.hasPrefix("\rcopying"))
            var screen = Screen(columns: 8)
            screen.write(outcome.output)
            #expect(screen.lines == [""], "the line is cleared for what follows")
            #expect(!screen.hasWrapped)
            #expect(try String(contentsOfFile: result, encoding: .utf8).hasPrefix("\(host)/kafka/worker@sha256:"))
        }
    }

    /// Not every registry is known to the system's authorities.
    @Test(.rows(28)) func aRegistryIsTrustedByTheAuthorityThatIsNamed() async throws {
        let identity = try await SelfSignedCertificate(for: "localhost")
        let authority = try folder.write(identity.certificate, to: "authority.pem")
        try await withServer(
            registry.handle,
            configure: { configuration in
                configuration.certificate = identity.certificate
                configuration.privateKey = identity.privateKey
            }
        ) { address in
            let host = "localhost:\(address.split(separator: ":").last ?? "")"
            let trusted = try await copy(host, "--ca", authority)
            #expect(trusted.status == 0, "\(trusted.errors)")
            // Where other registries are is no matter.
            let elsewhere = ["REGISTRY_ENDPOINTS": "registry.example=https://mirror.example"]
            let besides = try await copy(host, "--ca", authority, environment: elsewhere)
            #expect(besides.status == 0, "\(besides.errors)")
            let untrusted = try await copy(host)
            #expect(untrusted.status == 1)
            #expect(untrusted.output == "")
        }
    }

    @Test func authoritiesAndPlainHTTPExcludeEachOther() async throws {
        let outcome = try await copy("localhost:5000", "--plain-http", "--ca", "authority.pem")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("--plain-http and --ca exclude each other"))
    }
}
