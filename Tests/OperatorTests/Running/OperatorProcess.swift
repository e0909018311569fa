// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

/// `kittiwake operator` as a process of its own, which can be killed as a node that fails kills it.
final class OperatorProcess: Sendable {
    private let program: RunningExecutable
    /// Opens when it has ended, however.
    var ended: Latch { program.ended }

    /// - Parameters:
    ///   - namespace: the only one that it looks at.
    ///   - settings: more environment variables.
    init(_ kubeconfig: String, namespace: String, _ settings: [String: String] = [:]) throws {
        let own = [
            "KITTIWAKE_IMAGE": "registry.example/operator:1", "WATCH_NAMESPACE": namespace, "METRICS_PORT": "0",
            "LEADER_ELECTION_ENABLED": "false", "LOG_LEVEL": "error",
        ]
        program = try RunningExecutable(
            Executable(
                [Executable.built("kittiwake"), "operator", "--kubeconfig", kubeconfig],
                environment: own.merging(settings) { $1 }
            )
        )
    }

    deinit { kill() }

    func kill() { program.kill() }

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
