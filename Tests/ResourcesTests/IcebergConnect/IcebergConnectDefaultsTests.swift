// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import Resources
import TestSupport
import Testing

/// The seven tables of the original document (seed 000), field by field.
@Suite
struct IcebergConnectDefaultsTests {
    static let documented: [(String, JSON)] = [
        ("images.worker.tag", "latest"),
        ("images.worker.registry", "localhost:5000"),
        ("images.coordinator.tag", "latest"),
        ("images.coordinator.registry", "localhost:5000"),
        ("worker.replicas", 3),
        ("worker.kafka.securityProtocol", "PLAINTEXT"),
        ("worker.kafka.pluginPath", "/app/plugins:/app/libs"),
        ("worker.storage.offsetTopic", "connect-offsets"),
        ("worker.storage.offsetReplicationFactor", 1),
        ("worker.storage.offsetPartitions", 25),
        ("worker.storage.configTopic", "connect-configs"),
        ("worker.storage.configReplicationFactor", 1),
        ("worker.storage.statusTopic", "connect-status"),
        ("worker.storage.statusReplicationFactor", 1),
        ("worker.storage.statusPartitions", 5),
        ("worker.resources.requests.memory", "1Gi"),
        ("worker.resources.requests.cpu", "500m"),
        ("worker.resources.limits.memory", "2Gi"),
        ("worker.resources.limits.cpu", "1000m"),
        ("worker.performance.offsetFlushIntervalMs", 10_000),
        ("worker.performance.offsetFlushTimeoutMs", 5_000),
        ("worker.performance.taskShutdownTimeoutMs", 10_000),
        ("coordinator.replicas", 1),
        ("coordinator.kafka.enableTransactions", true),
        ("coordinator.kafka.transactionTimeoutMs", 300_000),
        ("coordinator.resources.requests.memory", "512Mi"),
        ("coordinator.resources.requests.cpu", "250m"),
        ("coordinator.resources.limits.memory", "1Gi"),
        ("coordinator.resources.limits.cpu", "500m"),
        ("coordinatorOnly", false),
    ]

    /// Everything left out that may be.
    static func least() throws -> Manifest {
        try Manifest.quickStart(.remove("images/worker/tag"), .remove("images/coordinator/tag"))
    }

    @Test(.rows(4), arguments: documented)
    func aFieldThatIsLeftOutGetsItsDefault(path: String, value: JSON) throws {
        let spec = IcebergConnectSchema.spec.filledIn(try Self.least().spec)
        #expect(spec.at(path) == value)
    }

    @Test func fieldsWithoutADefaultStayEmpty() throws {
        func leaves(_ value: JSON, _ path: String) -> [String] {
            guard case .object(let object) = value else { return [path] }
            return object.members.flatMap { leaves($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") }
        }
        let written = try Self.least().spec
        let added = Set(leaves(IcebergConnectSchema.spec.filledIn(written), "")).subtracting(leaves(written, ""))
        #expect(added == Set(Self.documented.map(\.0)))
    }

    @Test func givenValuesAreNotReplacedByDefaults() throws {
        let spec = try Manifest.quickStart(
            .set("worker/replicas", 7),
            .set("worker/resources/limits/memory", "8Gi"),
            .set("coordinator/kafka/enableTransactions", false)
        ).read()
        #expect(spec.worker.replicas == 7)
        #expect(spec.worker.resources.limits.memory == "8Gi")
        #expect(spec.worker.resources.limits.cpu == "1000m")
        #expect(!spec.coordinator.kafka.enableTransactions)
    }

    @Test func nullIsReplacedByTheDefault() throws {
        let spec = try Manifest.quickStart(.set("worker/storage", .null), .set("worker/replicas", .null)).read()
        #expect(spec.worker.storage.offsetPartitions == 25)
        #expect(spec.worker.replicas == 3)
    }

    @Test func theDefaultsThatDependOnOthersAreTheseNames() throws {
        let spec = try Self.least().read()
        #expect(spec.worker.clusterName == nil)
        #expect(spec.worker.namespace == nil)
        #expect(spec.coordinator.namespace == nil)
    }

    /// The coordinator's settings, where the workers say everything about Kafka and the coordinator these things itself.
    static func coordinatorKafka(_ own: [String: JSON] = [:]) throws -> IcebergConnectSpec.CoordinatorKafka {
        var manifest = try Manifest.quickStart(
            .set("worker/kafka/securityProtocol", "SASL_SSL"),
            .set("worker/kafka/saslMechanism", "PLAIN"),
            .set("worker/kafka/saslJaasConfigFrom", ["name": "kafka", "key": "jaas"])
        )
        for (field, value) in own { Change.set("coordinator/kafka/\(field)", value).apply(to: &manifest.object) }
        return try manifest.read().coordinatorKafka
    }

    @Test(.rows(65)) func theCoordinatorInheritsFieldByField() throws {
        let kafka = try Self.coordinatorKafka()
        #expect(kafka.bootstrapServers == "kafka:9092")
        #expect(kafka.securityProtocol == "SASL_SSL")
        #expect(kafka.saslMechanism == "PLAIN")
        #expect(kafka.jaas == .secret(name: "kafka", key: "jaas"))
    }

    /// One field, and what it makes of what is inherited.
    struct Override: Sendable {
        var field: String
        var value: JSON
        var change: @Sendable (inout IcebergConnectSpec.CoordinatorKafka) -> Void
    }

    static let overrides = [
        Override(field: "bootstrapServers", value: "other:9092") { $0.bootstrapServers = "other:9092" },
        Override(field: "securityProtocol", value: "SASL_PLAINTEXT") { $0.securityProtocol = "SASL_PLAINTEXT" },
        Override(field: "saslMechanism", value: "SCRAM-SHA-512") { $0.saslMechanism = "SCRAM-SHA-512" },
        Override(field: "saslJaasConfig", value: "its own") { $0.jaas = .inline(Secret("its own")) },
        Override(field: "saslJaasConfigFrom", value: ["name": "own", "key": "k"]) {
            $0.jaas = .secret(name: "own", key: "k")
        },
    ]

    @Test(.rows(65), arguments: overrides) func eachCanBeOverriddenAlone(_ own: Override) throws {
        var expected = try Self.coordinatorKafka()
        own.change(&expected)
        #expect(try Self.coordinatorKafka([own.field: own.value]) == expected)
    }
}
