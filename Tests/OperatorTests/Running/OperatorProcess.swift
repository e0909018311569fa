// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import TestSupport
import Testing

/// `kittiwake operator` as a process of its own, which can be killed as a node that fails kills it.
final class OperatorProcess: Sendable {
    private let program: RunningExecutable
    private let client = HTTPClient()
    /// What it has written so far, if it is heard.
    let lines: Recorder<String>
    /// Opens when it has ended, however.
    var ended: Latch { program.ended }
    /// As ``ExecutableOutcome/status`` says it; `nil` while it runs.
    var status: Int32? { program.status }

    /// - Parameters:
    ///   - namespace: the only one that it looks at.
    ///   - settings: more environment variables.
    ///   - isHeard: it tells all that it does, and ``lines`` has it; otherwise it tells of errors, on our standard error.
    init(_ kubeconfig: String, namespace: String, _ settings: [String: String] = [:], isHeard: Bool = false) throws {
        let own = [
            "KITTIWAKE_IMAGE": "registry.example/operator:1", "WATCH_NAMESPACE": namespace, "METRICS_PORT": "0",
            "LEADER_ELECTION_ENABLED": "false", "LOG_LEVEL": isHeard ? "info" : "error",
        ]
        program = try RunningExecutable(
            Executable(
                [Executable.built("kittiwake"), "operator", "--kubeconfig", kubeconfig],
                environment: own.merging(settings) { $1 }
            ),
            joinsErrors: isHeard
        )
        lines = isHeard ? try program.lines() : Recorder()
    }

    deinit { kill() }

    func kill() { program.kill() }

    func signal(_ number: Int32) { program.signal(number) }

    /// Runs `body` beside an operator, which is killed afterwards.
    static func run<Value: Sendable>(
        _ kubeconfig: String,
        namespace: String,
        _ settings: [String: String] = [:],
        isHeard: Bool = false,
        _ body: (OperatorProcess) async throws -> Value
    ) async throws -> Value {
        let process = try OperatorProcess(kubeconfig, namespace: namespace, settings, isHeard: isHeard)
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

/// What an operator that is heard says, and what it answers.
extension OperatorProcess {
    /// Waits until it has written a line with this text, and returns the line.
    func said(_ text: String) async throws -> String {
        try await eventually { lines.all.first { $0.contains(text) } }
    }

    /// The answer to a probe or a scrape.
    func get(_ path: String) async throws -> (status: Int, text: String) {
        let line = try await said("Started listening")
        let port = try #require(line.firstMatch(of: /"port":"([0-9]+)"/)?.output.1)
        let response = try await client.send(HTTPRequest("GET", "http://127.0.0.1:\(port)\(path)"))
        return (response.status, String(decoding: try await response.body.collect(), as: UTF8.self))
    }
}
