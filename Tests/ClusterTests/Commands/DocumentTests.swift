// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// Every command of the documents, one page after the other as a reader types them, the last of them to remove the
/// operator; then what the API server saw. What a page leaves is what the next one begins with. These tests run last:
/// nothing of the operator is there afterwards. A filter has to name the suite.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct DocumentTests {
    private static let scratch = Bed.root.appendingPathComponent("dist/documents")
    private static let originals = "Tests/ClusterTests/Documents"
    /// The bed's place for a registry of one's own.
    private static let registry = ("registry.example.com", "localhost:5000")
    /// Two processors.
    private static let fewer = [(#""replicas":5"#, #""replicas":2"#), ("--replicas=5", "--replicas=2")]

    @Test func thePageBeginsWithTheSmallestExample() throws {
        let page = try CommandDocument("docs/icebergconnect.md")
        let example = try BedValues.example("iceberg-connect-minimal.yaml")
        #expect(example.hasSuffix(try #require(page.manifests.first)))
    }

    @Test func noPageHasCommandsThatAreNotRun() throws {
        let folder = Bed.root.appendingPathComponent("docs")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        let withCommands = try pages.filter { try !CommandDocument("docs/\($0)").commands.isEmpty }
        #expect(withCommands.sorted() == ["icebergconnect.md", "kittiwake.md", "operator.md"])
    }

    @Test(.rows(2)) func theReadmesCommandsInstallAndStart() async throws {
        try prepareFolder()
        var run = CommandRun(folder: ".", replacements: [Self.registry])
        run.replacements += [
            ("examples/", "dist/documents/examples/"), ("AKIA...", "kittiwake"), ("secret...", "kittiwake-secret"),
        ]
        try await run(CommandDocument("README.md"))
        try await Cluster.apply(try inTheBed(try BedValues.example("iceberg-connect-quick-start.yaml")))
        try await Cluster.resource("my-iceberg-job", is: "Ready")
    }

    @Test(.rows(36)) func thePageOfTheResource() async throws {
        let page = try CommandDocument("docs/icebergconnect.md")
        try await Cluster.resource("orders", is: "Ready")
        try await CommandRun(replacements: Self.fewer)(page)
        let left = try? await Cluster.get("icebergconnect", "orders")  // not there: the last command deletes it
        #expect(left == nil)
        try await Cluster.kubectl("delete", "secret", "s3")
    }

    @Test func thePageOfTheCommandLine() async throws {
        let storage = ("--region eu-central-1", "--region us-east-1 --endpoint \(BedValues.storage)")
        try await CommandRun(replacements: [Self.registry, storage])(CommandDocument("docs/kittiwake.md"))
    }

    @Test(.rows(39, 50)) func theOriginalsCommandsForWorkers() async throws {
        let cluster = ("my-cluster", "my-iceberg-job-workers")
        try await CommandRun(replacements: [cluster])(CommandDocument("\(Self.originals)/002.md"))
    }

    /// Its own installation is an upgrade here, from the image that the readme's commands installed to the default one.
    @Test(.rows(2, 36, 57)) func theOriginalsCommandsForTheOperator() async throws {
        let page = try CommandDocument("\(Self.originals)/000.md")
        let manifest = try inTheBed(try #require(page.manifests.first))
        try manifest.write(
            to: Self.scratch.appendingPathComponent("my-iceberg-connect.yaml"),
            atomically: true,
            encoding: .utf8
        )
        let image = "localhost:5000/iceberg-connect-operator:latest"
        try await Bed.run("dist/kittiwake", "image", "copy", "--quiet", "dist/kittiwake-image.tar", image)
        var run = CommandRun(replacements: Self.fewer)
        run.replacements += [
            ("cd kafka-connect/kafka-connect-coordinator/k8s/operator", "cd deploy"),
            ("kubectl delete -f manifests/", "cd deploy\nkubectl delete -f manifests/"),
            ("my-workers", "my-iceberg-job-workers"), ("<name>", "my-iceberg-job"),
        ]
        try await run(page)
        let left = try await remnants()
        #expect(left == [])
    }

    @Test func thePageOfTheOperator() async throws {
        try await CommandRun()(CommandDocument("docs/operator.md"))
        let left = try await remnants()
        #expect(left == [])
    }

    // MARK: What the API server saw

    /// All that the operator and the coordinators asked for in all tests, against what their roles allow.
    @Test func exactlyWhatTheRolesAllowWasUsed() async throws {
        let operatorUser = "system:serviceaccount:iceberg-system:iceberg-connect-operator"
        let log = try AuditLog(Bed.directory.appendingPathComponent("log/audit.log"))
        var listed = try Permission.listed(in: "deploy/manifests/operator-deployment.yaml")
        let group = "kafka.iceberg.apache.org"
        // Asked of whoever names an owner, as a part of other requests; without it the bed refuses those.
        listed.remove(Permission(group: group, resource: "icebergconnects/finalizers", verb: "update"))
        // For an object that cannot be read, which this server's definition does not let in.
        listed.remove(Permission(group: group, resource: "icebergconnects", verb: "get"))
        #expect(log.used { $0 == operatorUser } == listed)
        #expect(log.refused == [])

        let plan = try await Bed.run("dist/kittiwake", "plan", "-f", "examples/iceberg-connect-quick-start.yaml")
        let coordinators = try Permission.listed(inDocuments: Array(plan.utf8))
        #expect(!coordinators.isEmpty)
        #expect(log.used { $0.contains(":iceberg-job-manager-") } == coordinators)
    }

    // MARK: Preparation

    /// A folder as a user has it, with the programs that he has and the bed has not.
    private func prepareFolder() throws {
        let manager = FileManager.default
        try? manager.removeItem(at: Self.scratch)  // of the last time, if there was one
        for folder in ["bin", "examples"] {
            try manager.createDirectory(
                at: Self.scratch.appendingPathComponent(folder),
                withIntermediateDirectories: true
            )
        }
        try manager.createSymbolicLink(
            at: Self.scratch.appendingPathComponent("deploy"),
            withDestinationURL: Bed.root.appendingPathComponent("deploy")
        )
        try manager.copyItem(
            at: Bed.root.appendingPathComponent("dist/stand-in-worker.tar"),
            to: Self.scratch.appendingPathComponent("worker-image.tar")
        )
        // One worker of a smaller image, so that there is room for the others.
        let minimal = try BedValues.example(
            "iceberg-connect-minimal.yaml",
            ("region: us-west-2", "region: us-east-1\n    endpoint: \(BedValues.storage)"),
            ("worker-image.tar", "stand-in-worker.tar"),
            ("kafka:9092", BedValues.kafka),
            Self.registry,
            ("  worker:\n    kafka:", "  worker:\n    replicas: 1\n    kafka:")
        )
        let file = Self.scratch.appendingPathComponent("examples/iceberg-connect-minimal.yaml")
        try minimal.write(to: file, atomically: true, encoding: .utf8)
        let dist = Bed.root.appendingPathComponent("dist").path
        try writeProgram(
            "docker",
            #"[[ $2 == *coordinator* ]] && exec cat \#(dist)/kittiwake-image.tar || exec cat \#(dist)/worker-image.tar"#
        )
        let s3 = Bed.root.appendingPathComponent("testbed/s3").path
        try writeProgram(
            "aws",
            #"target=${4#s3://} && AWS_ENDPOINT_URL=\#(BedValues.storage) exec \#(s3) put "$3" "${target}$3""#
        )
    }

    private func writeProgram(_ name: String, _ line: String) throws {
        let file = Self.scratch.appendingPathComponent("bin/\(name)")
        try "#!/usr/bin/env bash\n\(line)\n".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// The quick start with the bed's addresses and keys, and one worker that starts quickly.
    private func inTheBed(_ manifest: String) throws -> String {
        try BedValues.replace(
            manifest,
            [
                (#"region: "us-west-2""#, "region: us-east-1\n    endpoint: \(BedValues.storage)"),
                (#""AKIA...""#, "kittiwake"), (#""secret...""#, "kittiwake-secret"), ("kafka:9092", BedValues.kafka),
                (
                    "  worker:\n    kafka:",
                    "  worker:\n    replicas: 1\n    config: {plugin.discovery: service_load}\n    resources: {requests: {cpu: 50m}}\n    kafka:"
                ),
            ]
        )
    }

    /// Whatever is still there of us, of any kind and anywhere. Events stay for an hour, as they do of everything.
    private func remnants() async throws -> [String] {
        let kinds = try await Cluster.kubectl("api-resources", "--verbs=list", "-o", "name").split(separator: "\n")
            .filter { !$0.hasPrefix("events") }
        let words = ["iceberg", "kittiwake", "kafka-connect"]
        return try await Cluster.eventually("the last objects are collected or stay") {
            let all = try await Cluster.kubectl("get", kinds.joined(separator: ","), "-A", "-o", "name")
            let ours = all.split(separator: "\n").map(String.init).filter { name in words.contains { name.contains($0) }
            }
            return ours.contains { $0.hasPrefix("pod/") || $0.hasPrefix("replicaset") } ? nil : ours
        }
    }
}
