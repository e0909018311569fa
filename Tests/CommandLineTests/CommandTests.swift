// SPDX-License-Identifier: Apache-2.0

import CommandLine
import Testing

@Suite
struct CommandTests {
    let restart = Command(
        "kittiwake connector restart",
        "Restarts a connector and its failed tasks.",
        options: [
            .value("namespace", short: "n", placeholder: "NAME", environment: "NAMESPACE", "the connector's namespace"),
            .value("timeout", placeholder: "SECONDS", default: "30", "how long to wait"),
            .value("task", isRepeated: true, "only this task"),
            .flag("wait", short: "w", "wait until it runs again"),
        ],
        arguments: ["CONNECTOR"]
    )

    func parse(_ words: String..., environment: [String: String] = [:]) throws(UsageError) -> Invocation {
        try restart.parse(words, environment: environment)
    }

    @Test func takesEverySpelling() throws {
        for words in [
            ["-n", "shop", "orders"], ["-nshop", "orders"], ["--namespace=shop", "orders"],
            ["orders", "--namespace", "shop"],
        ] {
            let invocation = try restart.parse(words, environment: [:])
            #expect(invocation["namespace"] == "shop")
            #expect(invocation.arguments == ["orders"])
        }
    }

    @Test func whatIsTypedBeatsTheEnvironment() throws {
        #expect(try parse("x", environment: ["NAMESPACE": "a"])["namespace"] == "a")
        #expect(try parse("x", "-n", "b", environment: ["NAMESPACE": "a"])["namespace"] == "b")
        #expect(try parse("x")["timeout"] == "30")
    }

    @Test func repeatsFlagsAndStops() throws {
        let invocation = try parse("--task", "1", "--task=2", "-w", "--", "-x")
        #expect(invocation.all("task") == ["1", "2"])
        #expect(invocation.has("wait"))
        #expect(invocation.arguments == ["-x"])
    }

    @Test(arguments: [
        (["--nope"], "Unknown option --nope"), (["-z"], "Unknown option -z"),
        (["--wait=1"], "--wait does not take a value"), (["-n"], "--namespace needs a value"),
        (["-n", "a", "-n", "b"], "--namespace is given twice"), (["a", "b"], "Unexpected argument \"b\""),
        ([], "The argument CONNECTOR is missing"),
    ])
    func saysWhatIsWrong(words: [String], message: String) {
        #expect(throws: UsageError(message)) { try restart.parse(words, environment: [:]) }
    }

    @Test func theHelpListsEveryOptionWithItsDefault() {
        #expect(
            restart.help == """
                usage: kittiwake connector restart [options] CONNECTOR
                Restarts a connector and its failed tasks.

                  -n, --namespace NAME            the connector's namespace (environment: NAMESPACE)
                      --timeout SECONDS           how long to wait (default: 30)
                      --task VALUE                only this task
                  -w, --wait                      wait until it runs again

                """
        )
    }
}
