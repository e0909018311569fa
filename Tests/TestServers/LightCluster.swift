// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Foundation
internal import TestSupport

/// A real API server with etcd and nothing else, from the repository's test bed. Mostly one for the whole test process,
/// started by whoever asks first.
///
/// It ends with the process, however that ends: it runs under a command that waits for the end of its input, and the
/// other end of that is ours.
package final class LightCluster: Sendable {
    package struct Unavailable: Error, CustomStringConvertible {
        package var description: String
    }

    /// The path of a kubeconfig with all rights.
    package let kubeconfig: String

    private let kubectlPath: String

    /// `@unchecked`: started once and only kept from going away.
    private struct Owned: @unchecked Sendable {
        let process: Process
        let input: Pipe
    }

    private let owned: Owned

    private static let start = Result { try LightCluster() }

    /// - Throws: ``Unavailable`` if the programs have not been built. A test then fails; it is never skipped.
    package static func shared() async throws -> LightCluster {
        try await onOwnThread("light-cluster") { try start.get() }
    }

    /// One that nobody else uses. It ends with the value.
    ///
    /// - Throws: ``Unavailable``
    package static func own() async throws -> LightCluster {
        try await onOwnThread("light-cluster") { try LightCluster() }
    }

    private static var script: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "testbed/light").path
    }

    private init() throws {
        let script = Self.script
        guard FileManager.default.isExecutableFile(atPath: script) else {
            throw Unavailable(description: "There is no \(script)")
        }
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), FileHandle.standardError)
        process.executableURL = URL(fileURLWithPath: script)
        let report = #"printf '%s %s\n' "$KUBECONFIG" "$(command -v kubectl)"; exec cat >/dev/null"#
        process.arguments = ["run", "sh", "-c", report]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard !byte.isEmpty else {
                process.waitUntilExit()
                throw Unavailable(
                    description: "testbed/light ended with code \(process.terminationStatus); "
                        + "`make test` builds its programs first"
                )
            }
            line += byte
        }
        let words = String(decoding: line.dropLast(), as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 2 else { throw Unavailable(description: "testbed/light runs commands without kubectl") }
        (kubeconfig, kubectlPath) = (words[0], words[1])
        owned = Owned(process: process, input: input)
    }
}

/// What a command printed, and how it ended.
package struct CommandOutcome: Sendable {
    package var status: Int32
    package var output: String
    package var errors: String
}

extension LightCluster {
    /// Runs `kubectl` with the cluster's own kubeconfig.
    package func kubectl(_ arguments: [String], input: String = "") async throws -> CommandOutcome {
        try await onOwnThread("kubectl") {
            try self.run(self.kubectlPath, ["--kubeconfig", self.kubeconfig] + arguments, input)
        }
    }

    /// Installs a kind of its own and waits until it is served.
    ///
    /// - Parameter name: of the definition: `widgets.example.com`.
    package func install(_ definition: String, _ name: String) async throws {
        let outcome = try await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], input: definition)
        guard outcome.status == 0 else { throw Unavailable(description: "kubectl apply \(name): \(outcome.errors)") }
        // kubectl wait fails at once for a definition that has no conditions yet.
        _ = try await eventually {
            try await kubectl(["wait", "--for=condition=Established", "crd/\(name)"]).status == 0 ? true : nil
        }
    }

    /// Kills the API server and starts it again, on the same port and the same etcd. Returns when it answers.
    package func restartAPIServer() async throws {
        let folder = URL(fileURLWithPath: kubeconfig).deletingLastPathComponent().path
        let outcome = try await onOwnThread("restart") { try self.run(Self.script, ["restart", folder], "") }
        guard outcome.status == 0 else { throw Unavailable(description: "testbed/light restart: \(outcome.errors)") }
    }

    private func run(_ program: String, _ arguments: [String], _ input: String) throws -> CommandOutcome {
        // Files, because a pipe that nobody reads stops the command when it is full.
        let folder = FileManager.default.temporaryDirectory.appending(path: "kubectl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // only a folder in /tmp would be left
        let files = ["input", "output", "errors"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        let texts = try files[1...].map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return CommandOutcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}
