// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import TestSupport
import Testing

@Suite
struct IcebergConnectWarningsTests {
    static func fields(_ changes: Change...) throws -> [String] {
        var manifest = try Manifest.quickStart(.remove("s3Config/accessKeyId"), .remove("s3Config/secretAccessKey"))
        for change in changes { change.apply(to: &manifest.object) }
        return try manifest.read().warnings.map(\.field)
    }

    @Test func nothingIsWarnedAboutWithoutReason() throws {
        #expect(try Self.fields() == [])
    }

    @Test func credentialsInTheResourceAreWarnedAbout() throws {
        #expect(try Manifest(example: "quick-start").read().warnings.map(\.field) == ["spec.s3Config"])
        #expect(
            try Self.fields(
                .set("worker/kafka/securityProtocol", "SASL_SSL"),
                .set("worker/kafka/saslMechanism", "PLAIN"),
                .set("worker/kafka/saslJaasConfig", "x required;"),
                .set("coordinator/kafka/saslJaasConfig", "y required;"),
                .set("worker/config", ["ssl.key.password": "p", "ssl.truststore.type": "PEM"]),
                .set("coordinator/job/catalogProperties/token", "t")
            ) == [
                "spec.worker.kafka.saslJaasConfig", "spec.worker.config.ssl.key.password",
                "spec.coordinator.kafka.saslJaasConfig", "spec.coordinator.job.catalogProperties.token",
            ]
        )
    }

    @Test func oneCopyIsWarnedAboutWhereThereAreSeveralBrokers() throws {
        #expect(try Self.fields(.set("worker/kafka/bootstrapServers", "a:1")) == [])
        #expect(
            try Self.fields(
                .set("worker/kafka/bootstrapServers", "a:1,b:1"),
                .set("worker/storage/offsetReplicationFactor", 3)
            ) == ["spec.worker.storage.configReplicationFactor", "spec.worker.storage.statusReplicationFactor"]
        )
    }

    @Test func halfALoginIsWarnedAbout() throws {
        #expect(
            try Self.fields(.set("worker/kafka/securityProtocol", "SASL_PLAINTEXT")) == [
                "spec.worker.kafka.saslMechanism", "spec.worker.kafka.saslJaasConfigFrom",
            ]
        )
        #expect(try Self.fields(.set("worker/kafka/saslMechanism", "PLAIN")) == ["spec.worker.kafka.securityProtocol"])
    }

    @Test func littleMemoryIsWarnedAboutUnlessTheOptionsAreGiven() throws {
        let small: Change = .set("worker/resources", ["requests": ["memory": "64Mi"], "limits": ["memory": "256Mi"]])
        #expect(try Self.fields(small) == ["spec.worker.resources.limits.memory"])
        #expect(try Self.fields(small, .set("worker/jvmOptions", ["-Xmx200M"])) == [])
    }

    @Test func aCatalogueInMemoryIsWarnedAbout() throws {
        #expect(
            try Self.fields(.set("coordinator/job/catalogProperties", ["type": "Memory"])) == [
                "spec.coordinator.job.catalogProperties.type"
            ]
        )
    }

    @Test func noWarningTellsACredential() throws {
        var manifest = try Manifest(example: "production")
        Change.set("coordinator/job/catalogProperties/token", "hunter2").apply(to: &manifest.object)
        let text = "\(try manifest.read().warnings)"
        #expect(!text.contains("hunter2") && !text.contains("kafka-password") && !text.contains("secret..."))
    }
}
