// SPDX-License-Identifier: Apache-2.0

import Basics
import CommandLine
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ProgramTests {
    struct Broken: Error, CustomStringConvertible {
        var description: String { "it broke" }
    }

    let output = Recorder<String>()
    let errors = Recorder<String>()
    let program = Program(
        "bird",
        "Flies.",
        [
            Program.Subcommand(
                Command(
                    "bird nest build",
                    "Builds.\n\nOf twigs.",
                    options: [.value("twigs", "how many")],
                    example: "bird nest build"
                )
            ) { call in
                if call.invocation["twigs"] == "0" { throw UsageError("--twigs: none are too few") }
                if call.invocation["twigs"] == "1" { throw Broken() }
                call.console.print("built")
                return .success
            }
        ]
    )

    func run(_ words: String...) async -> ExitCode {
        let console = Console(
            output: { [output] in output.record(String(decoding: $0, as: UTF8.self)) },
            errors: { [errors] in errors.record(String(decoding: $0, as: UTF8.self)) }
        )
        return await program.run(words, environment: [:], console: console)
    }

    @Test func findsACommandOfTwoWords() async {
        #expect(await run("nest", "build", "--twigs", "9") == .success)
        #expect(output.all == ["built\n"])
    }

    @Test func helpThatWasAskedForIsAResult() async {
        #expect(await run("--help") == .success)
        #expect(await run("nest", "build", "--help") == .success)
        #expect(output.all.last?.contains("example:\n  bird nest build\n") == true)
        #expect(errors.all.isEmpty)
    }

    @Test func theListHasOneLineForEachCommand() {
        #expect(program.help.contains("\n  bird nest build  Builds.\n\n"))
        #expect(!program.help.contains("Of twigs."))
    }

    @Test func theFirstOfTwoWordsListsTheSecond() async {
        #expect(await run("nest") == .usage)
        #expect(errors.all.last == "usage: bird nest COMMAND\n\n  bird nest build  Builds.\n\n")
    }

    @Test func wrongArgumentsAreTwoAndAFailureIsOne() async {
        #expect(await run() == .usage)
        #expect(await run("sing") == .usage)
        #expect(await run("nest", "build", "--size", "1") == .usage)
        #expect(await run("nest", "build", "--twigs", "0") == .usage)
        #expect(await run("nest", "build", "--twigs", "1") == .failure)
        #expect(errors.all.last == "bird nest build: it broke\n")
        #expect(output.all.isEmpty)
    }
}
