// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// Where credentials go, and what happens while they are not there.
@Suite
struct ReferencedSecretsTests {
    static let jaas =
        "org.apache.kafka.common.security.plain.PlainLoginModule required\nusername=\"u\"\npassword=\"hunter2\";"

    static func change(_ object: inout JSON) {
        object["spec"]?["worker"]?["kafka"]?["securityProtocol"] = "SASL_SSL"
        object["spec"]?["worker"]?["kafka"]?["saslMechanism"] = "PLAIN"
        object["spec"]?["worker"]?["kafka"]?["saslJaasConfigFrom"] = ["name": "kafka", "key": "jaas"]
        object["spec"]?["s3Config"] = ["region": "r", "bucket": "b"]
    }

    static func decoded(_ object: JSON?, _ key: String) -> String? {
        object?["data"]?[key].string.flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Everything that is applied and is no Secret, as one text.
    static func open(_ scene: Scene) -> String {
        scene.applied.values.filter { $0.kind != .secret }.map { String(decoding: $0.body.jsonBytes, as: UTF8.self) }
            .joined()
    }

    @Test(.rows(33, 53)) func aReferencedLoginGoesIntoTheWorkersSecret() throws {
        var scene = try Scene.quickStart(Self.change)
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas)]
        try scene.becomeReady()
        let name = "default/kafka-connect-worker-config-my-iceberg-job-workers"
        let file = try #require(Self.decoded(scene.object("Secret \(name)"), WorkerFile.name))
        #expect(
            file.contains(
                #"sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required\nusername"#
            )
        )
        let shown = try #require(scene.object("ConfigMap \(name)")?["data"]?[WorkerFile.name].string)
        #expect(shown.contains("\nproducer.sasl.jaas.config=********\n"))
        #expect(shown.contains("bootstrap.servers=kafka:9092"))
        let volumes = scene.deployment(of: .worker)?[["spec", "template", "spec", "volumes"]]?.elements
        #expect(volumes?.first?["secret"]?["secretName"].string == "kafka-connect-worker-config-my-iceberg-job-workers")
        #expect(!Self.open(scene).contains("hunter2"))
    }

    @Test(.rows(33)) func withoutCredentialsThereIsNoSecret() throws {
        var scene = try Scene.quickStart { $0["spec"]?["s3Config"] = ["region": "r", "bucket": "b"] }
        try scene.becomeReady()
        #expect(!scene.applied.keys.contains { $0.hasPrefix("Secret") })
        let volumes = scene.deployment(of: .worker)?[["spec", "template", "spec", "volumes"]]?.elements
        #expect(volumes?.first?["configMap"]?["name"].string == "kafka-connect-worker-config-my-iceberg-job-workers")
    }

    @Test func inlineKeysAreCopiedAndTheResourceStays() throws {
        var scene = try Scene.quickStart()
        let spec = scene.resource.spec
        try scene.becomeReady()
        let secret = scene.object("Secret default/iceberg-connect-s3-my-iceberg-job")
        #expect(Self.decoded(secret, "access-key-id") == "AKIA...")
        #expect(Self.decoded(secret, "secret-access-key") == "secret...")
        #expect(scene.resource.spec == spec)
        #expect(!scene.applied.values.contains { $0.kind == IcebergConnect.kind })
        #expect(!Self.open(scene).contains("AKIA"))
    }

    @Test(.rows(67)) func catalogueCredentialsGoIntoTheCoordinatorsSecret() throws {
        var scene = try Scene.quickStart { object in
            object["spec"]?["coordinator"]?["job"]?["catalogProperties"] = [
                "type": "rest", "uri": "http://catalog:8181", "credential": "id:hunter2", "Camel.Case_x-y": "ä\"\\",
            ]
            object["spec"]?["coordinator"]?["job"]?["catalogSecret"] = ["name": "catalog"]
        }
        scene.seen.secrets["catalog"] = ["s3.secret-access-key": Secret("hunter3"), "uri": Secret("http://other")]
        try scene.becomeReady()
        let name = "default/iceberg-job-manager-config-my-iceberg-job"
        let text = try #require(Self.decoded(scene.object("Secret \(name)"), "catalog.properties"))
        let properties: StringMap = try JSONDocument(parsing: text.utf8).decode()
        #expect(
            properties == [
                "type": "rest", "uri": "http://other", "credential": "id:hunter2", "Camel.Case_x-y": "ä\"\\",
                "s3.secret-access-key": "hunter3",
            ]
        )
        let shown = try #require(scene.object("ConfigMap \(name)")?["data"]?["catalog.properties"].string)
        let masked: StringMap = try JSONDocument(parsing: shown.utf8).decode()
        #expect(masked["credential"] == CredentialDetection.mask && masked["uri"] == CredentialDetection.mask)
        #expect(masked["Camel.Case_x-y"] == "ä\"\\")
        #expect(!Self.open(scene).contains("hunter"))
        let variable = Self.environment(scene)["CATALOG_PROPERTIES"]
        #expect(variable?["secretKeyRef"]?["key"] == "catalog.properties")
    }

    static func environment(_ scene: Scene) -> [String: JSON] {
        let containers = scene.deployment(of: .coordinator)?[["spec", "template", "spec", "containers"]]?.elements
        let variables = containers?.first?["env"]?.elements ?? []
        return Dictionary(
            variables.compactMap { variable in
                variable["name"].string.map { ($0, variable["valueFrom"] ?? variable["value"] ?? .null) }
            }
        ) { first, _ in first }
    }

    @Test func aMissingSecretIsWaitedFor() throws {
        var scene = try Scene.quickStart(Self.change)
        var events = scene.reconcile().events
        try scene.finishTransfers()
        events += scene.settle().flatMap(\.events)
        #expect(scene.condition(.secretsResolved)?.status == .false)
        #expect(scene.condition(.secretsResolved)?.message == "Secret default/kafka does not exist")
        #expect(scene.condition(.stalled)?.status == .false)
        #expect(scene.deployment(of: .worker) == nil)
        #expect(events.contains { $0.reason == "SecretsMissing" })

        scene.seen.secrets["kafka"] = ["other": Secret("x")]
        scene.settle()
        #expect(scene.condition(.secretsResolved)?.message == "Secret default/kafka has no key jaas")
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas)]
        events = scene.settle().flatMap(\.events)
        #expect(scene.condition(.secretsResolved)?.status == .true)
        #expect(events.contains { $0.reason == "SecretsResolved" })
        #expect(scene.deployment(of: .worker) != nil)
    }

    @Test func aSecretThatGoesTouchesNothingThatRuns() throws {
        var scene = try Scene.quickStart(Self.change)
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas)]
        try scene.becomeReady()
        let objects = scene.applied
        scene.seen.secrets = [:]
        let plan = scene.reconcile()
        #expect(plan.steps.allSatisfy { if case .delete = $0 { false } else { true } })
        #expect(scene.applied == objects)
        #expect(scene.resource.status?.phase == .failed)
    }

    @Test func aChangedSecretRollsThePodsAndAnEqualOneDoesNot() throws {
        var scene = try Scene.quickStart(Self.change)
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas)]
        try scene.becomeReady()
        let hash = Self.hash(scene, .worker)
        let coordinators = Self.hash(scene, .coordinator)
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas), "unrelated": Secret("x")]
        scene.settle()
        #expect(Self.hash(scene, .worker) == hash)
        scene.seen.secrets["kafka"] = ["jaas": Secret(Self.jaas + " ")]
        scene.settle()
        #expect(Self.hash(scene, .worker) != hash)
        #expect(Self.hash(scene, .coordinator) != coordinators, "it inherits the login")
        #expect(hash?.contains("hunter") == false)
    }

    static func hash(_ scene: Scene, _ role: ImageRole) -> String? {
        let annotations = scene.deployment(of: role)?[["spec", "template", "metadata", "annotations"]]
        return annotations?["kafka.iceberg.apache.org/config-hash"].string
    }
}
