// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import TestSupport
import Testing

@Suite
struct IcebergConnectSchemaTests {
    @Test(arguments: AdmissionCase.all)
    func aWrongFieldIsRefusedByName(_ admission: AdmissionCase) throws {
        var manifest = try Manifest(example: "quick-start")
        for change in admission.wrong { change.apply(to: &manifest.object) }
        let problems = manifest.problems
        #expect(
            problems.contains { problem in
                problem.field.hasPrefix("spec.\(admission.field)") && admission.isExplained(by: problem.message)
            },
            "\(problems)"
        )
    }

    @Test(arguments: AdmissionCase.all)
    func whatDiffersOnlyInBeingRightIsAccepted(_ admission: AdmissionCase) throws {
        var manifest = try Manifest(example: "quick-start")
        for change in admission.right { change.apply(to: &manifest.object) }
        #expect(manifest.problems.isEmpty)
    }

    @Test func allProblemsAreToldAtOnce() throws {
        let manifest = try Manifest.quickStart(
            .remove("images"),
            .set("worker/kafka/securityProtocol", "TLS"),
            .set("worker/config", ["group.id": "x", "listeners": "y"]),
            .set("coordinator/replicas", "two"),
            .set("coordinator/job/catalogProperties", ["type": "delta"])
        )
        #expect(
            manifest.problems.map(\.field) == [
                "spec.images", "spec.worker.kafka.securityProtocol", "spec.worker.config.group.id",
                "spec.worker.config.listeners", "spec.coordinator.replicas", "spec.coordinator.job.catalogProperties",
            ]
        )
    }

    @Test(arguments: ["quick-start", "production", "development", "minimal"])
    func anExampleIsAcceptedAsItIs(_ example: String) throws {
        let manifest = try Manifest(example: example)
        #expect(manifest.problems.isEmpty)
        #expect(IcebergConnectSchema.spec.unknownFields(in: manifest.spec).isEmpty)
    }

    @Test func aMisspeltFieldIsNamed() throws {
        let manifest = try Manifest.quickStart(
            .set("worker/replica", 3),
            .set("coordinator/job/catalogProperties/anything.goes", "x"),
            .set("worker/kafka/saslJaasConfigFrom", ["name": "a", "key": "b", "file": "c"])
        )
        let unknown = IcebergConnectSchema.spec.unknownFields(in: manifest.spec, at: "spec")
        #expect(Set(unknown) == ["spec.worker.replica", "spec.worker.kafka.saslJaasConfigFrom.file"])
    }

    @Test(
        arguments: [
            ("worker", JSON.string("three")), ("worker/replicas", "3"), ("worker/replicas", .double(1.5)),
            ("worker/jvmOptions", "-Xmx1G"), ("worker/config", ["a"]), ("coordinatorOnly", "true"),
            ("coordinator/job/catalogProperties/uri", 9083), ("worker/resources/limits/memory", true), ("images", 7),
        ] as [(String, JSON)]
    )
    func aValueOfTheWrongTypeIsAProblemAndNoCrash(path: String, value: JSON) throws {
        let manifest = try Manifest.quickStart(.set(path, value))
        let field = "spec." + path.split(separator: "/").joined(separator: ".")
        #expect(manifest.problems.contains { $0.field == field && $0.message.hasPrefix("must be") })
    }

    @Test func noProblemTellsACredential() throws {
        let manifest = try Manifest.quickStart(
            .set("s3Config/secretAccessKey", .string(String(repeating: "hunter2", count: 100))),
            .set("worker/kafka/saslJaasConfig", .array(["hunter2"]))
        )
        #expect(manifest.problems.count == 2)
        #expect(!"\(manifest.problems)".contains("hunter2"))
    }

    @Test func everyFieldIsExplained() {
        func unexplained(_ schema: Schema, _ path: String) -> [String] {
            let own = schema.description.hasSuffix(".") ? [] : [path]
            return switch schema.kind {
            case .object(let fields): own + fields.flatMap { unexplained($0.schema, "\(path).\($0.name)") }
            case .map(let values, _): own + unexplained(values, "\(path).*")
            case .list(let elements, _, _): own + unexplained(elements, "\(path)[]")
            default: own
            }
        }
        #expect(unexplained(IcebergConnectSchema.spec, "spec") == [])
        #expect(unexplained(IcebergConnectSchema.status, "status") == [])
    }
}
