// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Foundation
package import TestSupport

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

    private let program: RunningExecutable

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
        let report = #"printf '%s %s\n' "$KUBECONFIG" "$(command -v kubectl)"; exec cat >/dev/null"#
        program = try RunningExecutable(Executable([script, "run", "sh", "-c", report]))
        guard let line = program.nextLine() else {
            throw Unavailable(description: "testbed/light has ended; `make test` builds its programs first")
        }
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 2 else { throw Unavailable(description: "testbed/light runs commands without kubectl") }
        (kubeconfig, kubectlPath) = (words[0], words[1])
    }
}

extension LightCluster {
    /// Runs `kubectl` with the cluster's own kubeconfig.
    package func kubectl(_ arguments: [String], input: String = "") async throws -> ExecutableOutcome {
        try await Executable([kubectlPath, "--kubeconfig", kubeconfig] + arguments).run(input: input)
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
        let outcome = try await Executable([Self.script, "restart", folder]).run()
        guard outcome.status == 0 else { throw Unavailable(description: "testbed/light restart: \(outcome.errors)") }
    }
}
