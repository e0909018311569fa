// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The exit codes of docs/kittiwake.md, by runs of the program. That of a lost lease is among the coordinator's tests, those
/// of signals among the operator's.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExitCodesTests {
    func run(_ words: String..., environment: [String: String] = [:]) async throws -> ExecutableOutcome {
        try await Executable([Executable.built("kittiwake")] + words, environment: environment).run()
    }

    @Test func whatWorkedIsNothing() async throws {
        let outcome = try await run("version")
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
    }

    @Test func whatFailedIsOneAndSaysWhy() async throws {
        let outcome = try await run(
            "operator",
            "--kubeconfig",
            "/nowhere/kubeconfig",
            environment: ["KITTIWAKE_IMAGE": "registry.example/operator:1"]
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("there is no /nowhere/kubeconfig"))
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: [["operator"], ["coordinator"], ["operator", "--fast"], ["fly"], []])
    func whatCannotBeTriedIsTwo(words: [String]) async throws {
        let program = Executable([Executable.built("kittiwake")] + words, environment: [:])
        let outcome = try await program.run()
        #expect(outcome.status == 2)
        #expect(!outcome.errors.isEmpty)
        #expect(outcome.output.isEmpty)
    }
}
