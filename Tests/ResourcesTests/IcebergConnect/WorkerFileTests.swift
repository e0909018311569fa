// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WorkerFileTests {
    static let jaas =
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        + "username=\"user\" password=\"pass\";"

    /// The inputs of the sample in seed 002.
    static func sample(_ changes: Change...) throws -> JavaProperties {
        var manifest = try Manifest.quickStart(
            .set("worker/clusterName", "my-cluster"),
            .set("worker/kafka/bootstrapServers", "kafka-1:9092,kafka-2:9092,kafka-3:9092"),
            .set("worker/kafka/securityProtocol", "SASL_SSL"),
            .set("worker/kafka/saslMechanism", "SCRAM-SHA-256"),
            .set("worker/kafka/saslJaasConfig", .string(jaas)),
            .set("worker/storage/offsetReplicationFactor", 3),
            .set("worker/storage/configReplicationFactor", 3),
            .set("worker/storage/statusReplicationFactor", 3)
        )
        for change in changes { change.apply(to: &manifest.object) }
        return try file(of: manifest)
    }

    static func file(_ changes: Change...) throws -> JavaProperties {
        var manifest = try Manifest.quickStart()
        for change in changes { change.apply(to: &manifest.object) }
        return try file(of: manifest)
    }

    private static func file(of manifest: Manifest) throws -> JavaProperties {
        let worker = try manifest.read().worker
        let jaas: Secret? = if case .inline(let text) = worker.kafka.jaas { text } else { nil }
        return WorkerFile.properties(of: worker, groupID: "connect-\(worker.clusterName ?? "none")", jaas: jaas)
    }

    // MARK: The sample

    @Test(.rows(40)) func theSampleOfTheDocumentIsThisFile() throws {
        try Golden.expect(try Self.sample().text.utf8, "connect-distributed.properties")
    }

    /// Key for key as in seed 002; what differs is decided in `original-systems.md` 002.3 a to c.
    @Test(.rows(40, 41, 42, 43, 44, 45, 46, 47)) func theSampleDiffersOnlyWhereThatWasDecided() throws {
        let file = try Self.sample()
        let sample = try Self.documented()
        let decided = [
            "plugin.path": "/app/plugins,/app/libs",
            "listeners": "http://0.0.0.0:8083",
            "rest.advertised.host.name": "${env:POD_IP}",
            "config.providers": "env",
            "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
            "config.providers.env.param.allowlist.pattern": "POD_IP",
        ]
        let expected = sample.filter { decided[$0.key] == nil }.merging(decided) { _, decision in decision }
        #expect(Dictionary(file.entries.map { ($0.key, $0.value) }) { first, _ in first } == expected)
        #expect(file.entries.count == expected.count, "a property is there twice")
    }

    @Test(.rows(40)) func sectionsAndKeysComeInTheOrderOfTheDocument() throws {
        let file = try Self.sample()
        #expect(
            file.sections.filter { !$0.entries.isEmpty }.map(\.title) == [
                "Kafka Connect Worker Configuration", "Storage Topics", "Plugin Configuration", "REST API", "Security",
                "Performance Tuning", "Producer Configuration (Exactly-Once Semantics)",
                "Consumer Configuration (Exactly-Once Semantics)",
            ]
        )
        let documented = try Self.documentedKeys()
        #expect(file.entries.map(\.key).filter(Set(documented).contains) == documented)
    }

    private static func documentedKeys() throws -> [String] {
        try sampleText().split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
            .map { String($0.prefix { $0 != "=" }) }
    }

    private static func documented() throws -> [String: String] {
        let lines = try sampleText().split(separator: "\n").filter { !$0.hasPrefix("#") && $0.contains("=") }
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let key = line.prefix { $0 != "=" }
                return (String(key), String(line.dropFirst(key.count + 1)))
            }
        )
    }

    private static func sampleText() throws -> String {
        try String(decoding: Golden.bytes("sample-of-the-document.properties"), as: UTF8.self)
    }

    // MARK: Single properties

    @Test(.rows(48)) func withoutSecurityClientsHaveNoSecurityKey() throws {
        let keys = try Self.file().entries.map(\.key)
        #expect(keys.contains("security.protocol"))
        #expect(!keys.contains { ($0.hasPrefix("producer.") || $0.hasPrefix("consumer.")) && $0.contains("security") })
        #expect(!keys.contains { $0.contains("sasl") })
    }

    @Test func overTLSWithoutLoginNoMechanismIsInvented() throws {
        let file = try Self.file(.set("worker/kafka/securityProtocol", "SSL"))
        #expect(file["producer.security.protocol"] == "SSL")
        #expect(!file.entries.contains { $0.key.contains("sasl") })
    }

    @Test(
        arguments: [
            ("/app/plugins:/app/libs:/custom/path", "/app/plugins,/app/libs,/custom/path"),
            ("/a,/b", "/a,/b"), ("/a:/b,/c", "/a,/b,/c"), (":/a::/b,", "/a,/b"), ("/a", "/a"),
        ]
    )
    func foldersAreSeparatedByCommas(given: String, written: String) throws {
        #expect(try Self.file(.set("worker/kafka/pluginPath", .string(given)))["plugin.path"] == written)
    }

    @Test(.rows(42, 61)) func furtherPropertiesReplaceOrFollow() throws {
        let file = try Self.file(
            .set(
                "worker/config",
                [
                    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
                    "value.converter.schemas.enable": "true",
                    "ssl.truststore.location": "/etc/trust.pem",
                    "producer.acks": "1",
                    "admin.client.id": "a",
                    "exactly.once.source.support": "enabled",
                    "connector.client.config.override.policy": "All",
                ]
            )
        )
        #expect(file["key.converter"] == "org.apache.kafka.connect.storage.StringConverter")
        #expect(file["value.converter.schemas.enable"] == "true")
        #expect(file["value.converter"] == "org.apache.kafka.connect.json.JsonConverter")
        #expect(file["producer.acks"] == "1")
        #expect(Set(file.entries.map(\.key)).count == file.entries.count)
        #expect(file.sections.last?.title == "Further Worker Configuration")
        #expect(
            file.sections.last?.entries.map(\.key) == [
                "admin.client.id", "connector.client.config.override.policy", "exactly.once.source.support",
                "ssl.truststore.location",
            ]
        )
    }

    @Test(.rows(47, 61)) func producersAndConsumersReachTheBrokersLikeTheWorkers() throws {
        let config: JSON = [
            "ssl.truststore.location": "/etc/trust.pem", "sasl.login.connect.timeout.ms": "1000",
            "consumer.ssl.truststore.location": "/etc/other.pem", "sslish": "no",
        ]
        let file = try Self.file(
            .set("worker/kafka/securityProtocol", "SSL"),
            .set("worker/config", config)
        )
        #expect(file["ssl.truststore.location"] == "/etc/trust.pem")
        #expect(file["producer.ssl.truststore.location"] == "/etc/trust.pem")
        #expect(file["consumer.ssl.truststore.location"] == "/etc/other.pem")
        #expect(file["producer.sasl.login.connect.timeout.ms"] == "1000")
        #expect(file["consumer.sasl.login.connect.timeout.ms"] == "1000")
        #expect(!file.entries.contains { $0.key.contains(".sslish") })
        #expect(Set(file.entries.map(\.key)).count == file.entries.count)
        // Without encryption these keys are about something else, as the workers' own REST interface.
        #expect(try Self.file(.set("worker/config", config))["producer.ssl.truststore.location"] == nil)
    }

    @Test func theUsersProvidersAreMerged() throws {
        let file = try Self.file(
            .set(
                "worker/config",
                ["config.providers": " file , vault", "config.providers.file.class": "x.File"]
            )
        )
        #expect(file["config.providers"] == "env,file,vault")
        #expect(file["config.providers.file.class"] == "x.File")
        #expect(file["rest.advertised.host.name"] == "${env:POD_IP}")
    }

    @Test(.rows(61), arguments: WorkerProperties.reserved) func aReservedPropertyIsRefused(_ key: String) throws {
        var manifest = try Manifest.quickStart()
        manifest.object["spec"]?["worker"]?["config"] = .object(JSONObject([(key, "x")]))
        #expect(manifest.problems.contains { $0.field == "spec.worker.config.\(key)" })
    }

    @Test func everyPropertyOfTheFileIsReservedOrMayBeReplaced() throws {
        for entry in try Self.sample().entries where !WorkerProperties.reserved.contains(entry.key) {
            let mayBeReplaced = ["key.", "value.", "producer.", "consumer."].contains { entry.key.hasPrefix($0) }
            let isProvider = entry.key.hasPrefix("config.providers")
            #expect(mayBeReplaced || isProvider, "\(entry.key)")
        }
    }

    // MARK: As Java reads it

    @Test(.rows(49)) func hostileValuesAreOnePropertyEach() async throws {
        let text =
            "x.Module required\n username=\"u\\\\\" # no comment\n password=\"a=b:c!\u{E9}\\\"\";\nsecurity.protocol=PLAINTEXT\n"
        let changes: [Change] = [
            .set("worker/clusterName", "a\nrest.port=1\\"),
            .set("worker/kafka/securityProtocol", "SASL_SSL"),
            .set("worker/kafka/saslJaasConfig", .string(text)),
            .set("worker/config", ["# key\n=:": "\\", "admin.x": " a\r\nb"]),
        ]
        var manifest = try Manifest.quickStart()
        for change in changes { change.apply(to: &manifest.object) }
        let file = try Self.file(of: manifest)
        let read = try await JavaReader.read(file.text)
        #expect(read == Dictionary(file.entries.map { ($0.key, $0.value) }) { first, _ in first })
        #expect(read.count == file.entries.count)
        #expect(read["sasl.jaas.config"] == text)
        #expect(read["security.protocol"] == "SASL_SSL")
        #expect(read["group.id"] == "connect-a\nrest.port=1\\")
        #expect(read["rest.port"] == "8083")
    }

    @Test(.rows(40)) func javaReadsTheSampleAsItIs() async throws {
        let file = try Self.sample()
        let read = try await JavaReader.read(file.text)
        #expect(read["sasl.jaas.config"] == Self.jaas)
        #expect(read.count == file.entries.count)
    }
}
