// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesModel
import Resources
import TestServers
import TestSupport
import Testing
import YAML

/// The definition in a real API server. One namespace for each test; nothing works on the objects.
@Suite(.timeLimit(.minutes(5)))
struct IcebergConnectAdmissionTests {
    /// An API server with the definition installed.
    struct Server {
        let cluster: LightCluster
        let namespace: String

        init(_ namespace: String) async throws {
            cluster = try await LightCluster.shared()
            self.namespace = namespace
            let definition = String(decoding: IcebergConnectDefinition.yaml, as: UTF8.self)
            try await cluster.install(definition, "icebergconnects.kafka.iceberg.apache.org")
            try await succeed("create", "namespace", namespace)
        }

        @discardableResult
        func succeed(_ arguments: String..., input: String = "") async throws -> String {
            let outcome = try await kubectl(arguments, input)
            try #require(outcome.status == 0, "kubectl \(arguments): \(outcome.errors)")
            return outcome.output
        }

        func kubectl(_ arguments: [String], _ input: String) async throws -> ExecutableOutcome {
            try await cluster.kubectl(arguments, input: input)
        }

        func json(_ arguments: String...) async throws -> JSON {
            let outcome = try await kubectl(arguments + ["-o", "json"], "")
            try #require(outcome.status == 0, "kubectl \(arguments): \(outcome.errors)")
            return try JSONDocument(parsing: outcome.output.utf8).decode()
        }
    }

    static let examples = ["quick-start", "production", "development", "minimal"]

    // MARK: What is accepted

    @Test(.rows(2, 3)) func theExamplesAreTakenAsTheyAre() async throws {
        let server = try await Server("examples")
        let folder = Golden.repository.appending(path: "examples").path
        try await server.succeed("apply", "--validate=strict", "-f", folder)
        let names = try await server.succeed("get", "ibc", "--namespace", "default", "--output", "name")
        #expect(names.split(separator: "\n").count == Self.examples.count)
    }

    @Test(.rows(1, 4, 8)) func theServerFillsInWhatWeFillIn() async throws {
        let server = try await Server("defaults")
        for example in Self.examples {
            var manifest = try Manifest(example: example)
            manifest.object["metadata"]?["namespace"] = "defaults"
            Change.set("worker/kafka/pluginPath", "/app/plugins:/app/libs:/custom/path").apply(to: &manifest.object)
            let text = String(decoding: YAML.text(of: [manifest.object]), as: UTF8.self)
            // Without --server-side: this is what the documents print.
            try await server.succeed("apply", "--validate=strict", "-f", "-", input: text)
            let name = try #require(manifest.object.at("metadata.name")).text
            let stored = try await server.json("get", "ibc", name, "--namespace", "defaults")
            #expect(stored["spec"] == IcebergConnectSchema.spec.filledIn(manifest.spec))
            #expect(stored.at("spec.worker.kafka.pluginPath") == "/app/plugins:/app/libs:/custom/path")
            let worker = try JSONDocument(parsing: stored.jsonBytes).decode(IcebergConnect.self).spec.get().worker
            let file = WorkerFile.properties(of: worker, groupID: "any", jaas: nil)
            #expect(file["plugin.path"] == "/app/plugins,/app/libs,/custom/path")
        }
    }

    @Test func whatIsRightPassesADryRun() async throws {
        let server = try await Server("right")
        let outcome = try await server.dryRun(AdmissionCase.all.map { ($0.name, $0.right) })
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    // MARK: What is refused

    @Test(.rows(5, 6, 7, 256)) func whatIsWrongIsRefusedByADryRun() async throws {
        let server = try await Server("wrong")
        let outcome = try await server.dryRun(AdmissionCase.all.map { ($0.name, $0.wrong) })
        #expect(outcome.output == "", "these passed: \(outcome.output)")
        let refusals = Self.refusals(in: outcome.errors)
        for (index, admission) in AdmissionCase.all.enumerated() {
            let refusal = refusals["case-\(index)"]
            #expect(
                refusal?.contains("spec.\(admission.field)") ?? false && admission.isExplained(by: refusal ?? ""),
                "\(admission.name): \(refusal ?? "not refused")"
            )
        }
    }

    /// The texts of `kubectl create` for several objects, by the objects' names.
    private static func refusals(in errors: String) -> [String: String] {
        var refusals: [String: String] = [:]
        var name: String?
        for line in errors.split(separator: "\n") {
            if let found = line.firstMatch(of: #/IcebergConnect "(case-[0-9]+)"|"(case-[0-9]+)"/#) {
                name = (found.1 ?? found.2).map(String.init)
            }
            if let name { refusals[name, default: ""] += line + "\n" }
        }
        return refusals
    }

    // MARK: How it looks

    @Test(.rows(13)) func kubectlPrintsTheColumns() async throws {
        let server = try await Server("columns")
        var manifest = try Manifest(example: "quick-start")
        manifest.object["metadata"]?["namespace"] = "columns"
        let text = String(decoding: YAML.text(of: [manifest.object]), as: UTF8.self)
        try await server.succeed("apply", "-f", "-", input: text)
        try await server.patchStatus("my-iceberg-job", in: "columns", Self.status)

        let table = try await server.succeed("get", "icebergconnects", "--all-namespaces")
        let head = try #require(table.split(separator: "\n").first).split(separator: " ").map(String.init)
        let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("columns ") }).split(separator: " ")
        #expect(
            head == [
                "NAMESPACE", "NAME", "PHASE", "WORKERS-READY", "WORKERS-DESIRED", "COORDINATORS-READY",
                "COORDINATORS-DESIRED", "AGE",
            ]
        )
        #expect(row.prefix(7) == ["columns", "my-iceberg-job", "Deploying", "1", "3", "0", "1"])
        let wide = try await server.succeed("get", "ibc", "--namespace", "columns", "--output", "wide")
        #expect(wide.contains("StillComing") && wide.contains("Waiting for workers"))
    }

    @Test func aWholeStatusIsStoredAsItIsWritten() async throws {
        let server = try await Server("status")
        var manifest = try Manifest(example: "quick-start")
        manifest.object["metadata"]?["namespace"] = "status"
        let text = String(decoding: YAML.text(of: [manifest.object]), as: UTF8.self)
        try await server.succeed("apply", "-f", "-", input: text)
        try await server.patchStatus("my-iceberg-job", in: "status", Self.status)
        let stored = try await server.json("get", "ibc", "my-iceberg-job", "--namespace", "status")
        #expect(try JSONDocument(parsing: stored.jsonBytes).decode(IcebergConnect.self).status == Self.status)
    }

    @Test(.rows(279)) func theScaleSubresourceHasAllThreePaths() async throws {
        let server = try await Server("scale")
        var manifest = try Manifest(example: "quick-start")
        manifest.object["metadata"]?["namespace"] = "scale"
        let text = String(decoding: YAML.text(of: [manifest.object]), as: UTF8.self)
        try await server.succeed("apply", "-f", "-", input: text)
        try await server.patchStatus("my-iceberg-job", in: "scale", Self.status)
        try await server.succeed("scale", "--replicas=5", "ibc/my-iceberg-job", "--namespace", "scale")

        let path = "/apis/kafka.iceberg.apache.org/v1/namespaces/scale/icebergconnects/my-iceberg-job/scale"
        let output = try await server.succeed("get", "--raw", path)
        let scale = try JSONDocument(parsing: output.utf8).decode(JSON.self)
        #expect(scale.at("spec.replicas") == 5)
        #expect(scale.at("status.replicas") == 2)
        #expect(scale.at("status.selector") == "app=kafka-connect-workers,cluster=orders,component=worker")
    }

    @Test(.rows(224)) func kubectlExplainsEveryField() async throws {
        let server = try await Server("explain")
        // A new definition is described a moment after it is served.
        let spec = try await eventually {
            let outcome = try await server.kubectl(["explain", "icebergconnects.spec", "--recursive"], "")
            return outcome.status == 0 ? outcome.output : nil
        }
        let status = try await server.succeed("explain", "icebergconnects.status", "--recursive")
        for (schema, text) in [(IcebergConnectSchema.spec, spec), (IcebergConnectSchema.status, status)] {
            for name in Self.names(in: schema) {
                #expect(text.contains("  \(name)\t<"), "\(name) is not explained")
            }
        }
        let field = try await server.succeed("explain", "ibc.spec.worker.kafka.pluginPath")
        #expect(field.contains("separated by colons"))
    }

    private static func names(in schema: Schema) -> [String] {
        switch schema.kind {
        case .object(let fields): fields.flatMap { [$0.name] + names(in: $0.schema) }
        case .map(let values, _): names(in: values)
        case .list(let elements, _, _): names(in: elements)
        default: []
        }
    }

    /// With a value in every field.
    static let status = IcebergConnectStatus(
        phase: .deploying,
        message: "Waiting for workers 1 of 3 ready",
        observedGeneration: 1,
        conditions: [
            Condition(
                type: "Ready",
                status: .false,
                observedGeneration: 1,
                lastTransitionTime: "2026-01-02T03:04:05Z",
                reason: "StillComing",
                message: "Not yet"
            )
        ],
        workerStatus: IcebergConnectStatus.Pods(ready: 1, desired: 3, replicas: 2, image: "registry/worker@sha256:1"),
        coordinatorStatus: IcebergConnectStatus.Pods(ready: 0, desired: 1, replicas: 1),
        selector: "app=kafka-connect-workers,cluster=orders,component=worker",
        images: IcebergConnectStatus.Images(
            worker: IcebergConnectStatus.Image(
                source: "s3://bucket/key at region as repository:tag",
                etag: "\"1\"",
                digest: "sha256:1",
                reference: "repository@sha256:1",
                containsKittiwake: false
            ),
            coordinator: IcebergConnectStatus.Image(source: "x", reference: "x")
        ),
        connect: IcebergConnectStatus.Connect(
            url: "http://x:8083",
            version: "4.1.0",
            plugins: [IcebergConnectStatus.Plugin(className: "example.Sink", type: "sink", version: "1.0")]
        ),
        credentialsSecret: "iceberg-connect-s3-my-iceberg-job",
        claims: IcebergConnectStatus.Claims(cluster: "shop/orders", coordinator: "shop/job", job: "control/group")
    )
}

extension IcebergConnectAdmissionTests.Server {
    /// Puts one changed quick start for each entry to the server, which keeps none of them.
    func dryRun(_ entries: [(name: String, changes: [Change])]) async throws -> ExecutableOutcome {
        let documents = try entries.enumerated().map { index, entry in
            var manifest = try Manifest(example: "quick-start")
            for change in entry.changes { change.apply(to: &manifest.object) }
            manifest.object["metadata"] = ["name": .string("case-\(index)"), "namespace": .string(namespace)]
            return manifest.object
        }
        let text = String(decoding: YAML.text(of: documents), as: UTF8.self)
        return try await kubectl(["create", "--dry-run=server", "--validate=false", "-f", "-"], text)
    }

    func patchStatus(_ name: String, in namespace: String, _ status: IcebergConnectStatus) async throws {
        let patch = #"{"status":\#(String(decoding: status.jsonBytes, as: UTF8.self))}"#
        try await succeed(
            "patch",
            "ibc",
            name,
            "--namespace",
            namespace,
            "--subresource=status",
            "--type=merge",
            "--patch",
            patch
        )
    }
}

extension JSON {
    var text: String { if case .string(let text) = self { text } else { "" } }
}
