// SPDX-License-Identifier: Apache-2.0

import Basics
import CommandLine
import Foundation
import TestSupport
import Testing

@testable import Commands

/// The subcommands that need no server, called as a shell calls them.
@Suite(.timeLimit(.minutes(5)))
struct CommandsTests {
    let output = Recorder<String>()
    let errors = Recorder<String>()
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var printed: String { output.all.joined() }
    var notes: String { errors.all.joined() }

    func run(_ words: String..., environment: [String: String] = [:]) async -> ExitCode {
        let console = Console(
            output: { [output] in output.record(String(decoding: $0, as: UTF8.self)) },
            errors: { [errors] in errors.record(String(decoding: $0, as: UTF8.self)) }
        )
        return await Program.kittiwake.run(words, environment: environment, console: console)
    }

    /// A file of the repository.
    func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../\(name)").standardized.path
    }

    func temporary(_ text: String) throws -> String {
        try folder.write(text, to: "\(UUID().uuidString).yaml")
    }

    @Test func everyCommandHasAnExampleInItsHelp() async {
        #expect(Program.kittiwake.subcommands.count > 5)
        for subcommand in Program.kittiwake.subcommands {
            let words = subcommand.command.name.split(separator: " ").dropFirst().map(String.init)
            let console = Console(
                output: { [output] in output.record(String(decoding: $0, as: UTF8.self)) },
                errors: { _ in }
            )
            #expect(await Program.kittiwake.run(words + ["--help"], environment: [:], console: console) == .success)
            #expect(output.all.last?.contains("example:\n") == true, "\(words)")
        }
    }

    @Test func theDefinitionsPrintedAreThoseThatAreInstalled() async throws {
        #expect(await run("crds") == .success)
        let installed = try String(contentsOfFile: path("deploy/crds/icebergconnect.yaml"), encoding: .utf8)
        #expect(printed == installed)
    }

    @Test func theVersionIsALineOfItsOwn() async {
        #expect(await run("version") == .success)
        #expect(printed == "\(kittiwakeVersion)\n")
    }

    @Test(arguments: ["quick-start", "production", "development", "minimal"])
    func theExamplesAreValid(_ example: String) async {
        #expect(await run("validate", "-f", path("examples/iceberg-connect-\(example).yaml")) == .success)
        #expect(printed.contains("is valid\n"))
    }

    @Test func everyProblemOfAManifestIsNamedAtOnce() async throws {
        let file = try temporary(
            """
            apiVersion: kafka.iceberg.apache.org/v1
            kind: IcebergConnect
            metadata: {name: broken}
            spec:
              images:
                worker: {image: "a:1"}
                coordinator: {image: "b:1"}
              worker:
                replicas: 0
                replicaz: 2
                kafka: {bootstrapServers: "kafka:9092", securityProtocol: TLS}
              coordinator:
                job: {controlTopic: c, catalogProperties: {type: hive, uri: "thrift://h:1"}}
            """
        )
        #expect(await run("validate", "-f", file) == .failure)
        for field in ["worker.replicas", "securityProtocol", "groupId", "worker.replicaz"] {
            #expect(notes.contains(field), "\(field) in \(notes)")
        }
    }

    @Test(
        .rows(256),
        arguments: [
            ("copies", "orders-workers", "job-2", "The worker cluster shop/orders-workers belongs to shop/orders"),
            ("bills", "bills-workers", "job", "control topic c and group id job belongs to shop/orders"),
        ]
    )
    func whatOnlyOneOfSeveralManifestsMayHaveIsSaid(
        _ name: String,
        _ cluster: String,
        _ group: String,
        _ expected: String
    ) async throws {
        func manifest(_ name: String, _ cluster: String, _ group: String) throws -> String {
            try temporary(
                """
                apiVersion: kafka.iceberg.apache.org/v1
                kind: IcebergConnect
                metadata: {name: \(name), namespace: shop}
                spec:
                  images:
                    worker: {image: "a:1"}
                    coordinator: {image: "b:1"}
                  worker:
                    clusterName: \(cluster)
                    kafka: {bootstrapServers: "kafka:9092"}
                  coordinator:
                    job:
                      controlTopic: c
                      groupId: \(group)
                      catalogProperties: {type: hive, uri: "thrift://h:1"}
                """
            )
        }
        let first = try manifest("orders", "orders-workers", "job")
        let second = try manifest(name, cluster, group)
        let third = try manifest("wages", "wages-workers", "job-3")
        #expect(await run("validate", "-f", first, "-f", third) == .success)
        #expect(
            notes.contains("wages: warning: spec.worker.storage: shares the topic connect-offsets with shop/orders")
        )
        #expect(await run("validate", "-f", first, "-f", second, "-f", third) == .failure)
        #expect(notes.contains(expected), "\(notes)")
        #expect(await run("validate", "-f", first, "-f", first) == .success, "the same once more is no other one")
    }

    @Test func aPlanShowsTheObjectsAndNoSecret() async throws {
        #expect(await run("plan", "-f", path("examples/iceberg-connect-quick-start.yaml")) == .success)
        #expect(printed.contains("kind: Deployment"))
        #expect(printed.contains("name: kafka-connect-workers-my-iceberg-job-workers"))
        #expect(!printed.contains("secret...") && !printed.contains("AKIA..."))
        #expect(errors.all.isEmpty)
    }

    @Test func aManifestThatCannotBeReadIsAFailureThatNamesIt() async throws {
        #expect(await run("plan", "-f", "/nowhere/orders.yaml") == .failure)
        #expect(notes.contains("/nowhere/orders.yaml: No such file or directory"))
        let file = try temporary("a: [1")
        #expect(await run("validate", "-f", file) == .failure)
        #expect(notes.contains(file))
    }

    @Test func aCopyWithoutATargetOrRegionIsAMistakeOfUse() async {
        #expect(await run("image", "copy", "-") == .usage)
        #expect(await run("image", "copy", "-", "no reference:") == .usage)
        #expect(await run("image", "copy", "s3://bucket/key", "localhost:5000/a:1") == .usage)
        #expect(await run("image", "copy", "a.tar", "localhost:5000/a:1", "--ca", "/nowhere/ca.pem") == .usage)
        #expect(output.all.isEmpty)
    }

    @Test func anOperatorWithoutSettingsSaysWhatIsMissing() async {
        #expect(await run("operator") == .usage)
        #expect(notes.contains("KITTIWAKE_IMAGE"))
    }
}
