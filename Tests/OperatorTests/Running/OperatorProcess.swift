// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import Testing

/// `kittiwake operator` as a process of its own, which can be killed as a node that fails kills it.
final class OperatorProcess: Sendable {
    /// `@unchecked`: started once; asked for its number and told to end.
    private struct Owned: @unchecked Sendable {
        let process: Process
    }

    private let owned: Owned
    /// Opens when it has ended, however.
    let ended = Latch()

    /// - Parameters:
    ///   - namespace: the only one that it looks at.
    ///   - settings: more environment variables.
    init(_ kubeconfig: String, namespace: String, _ settings: [String: String] = [:]) throws {
        let process = Process()
        // Built beside the program that runs the tests.
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "kittiwake")
        process.arguments = ["operator", "--kubeconfig", kubeconfig]
        let own = [
            "KITTIWAKE_IMAGE": "registry.example/operator:1", "WATCH_NAMESPACE": namespace, "METRICS_PORT": "0",
            "LEADER_ELECTION_ENABLED": "false", "LOG_LEVEL": "error",
        ]
        process.environment = own.merging(settings) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.terminationHandler = { [ended] _ in ended.open() }
        try process.run()
        owned = Owned(process: process)
    }

    deinit { kill() }

    /// Without a word before: nothing is finished, nothing is sent.
    func kill() {
        guard owned.process.isRunning else { return }
        Foundation.kill(owned.process.processIdentifier, SIGKILL)
    }

    /// Runs `body` beside an operator, which is killed afterwards.
    static func run<Value: Sendable>(
        _ kubeconfig: String,
        namespace: String,
        _ settings: [String: String] = [:],
        _ body: (OperatorProcess) async throws -> Value
    ) async throws -> Value {
        let process = try OperatorProcess(kubeconfig, namespace: namespace, settings)
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(process))
        } catch {
            outcome = .failure(error)
        }
        process.kill()
        // Our own cancellation does not shorten this: a process that was killed ends at once.
        await Task { try? await process.ended.wait() }.value
        return try outcome.get()
    }
}
