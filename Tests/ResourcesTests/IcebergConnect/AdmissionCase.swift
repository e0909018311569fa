// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// A specification that is refused, and one that differs from it only in being right. The same cases are put to our own
/// code and to a real API server, so that they cannot come to say different things.
struct AdmissionCase: Sendable, CustomTestStringConvertible {
    var name: String
    /// What is done to the quick start.
    var wrong: [Change]
    var right: [Change]
    /// The field that the refusal has to name, below `spec`.
    var field: String
    /// A part of the message; empty if it is the server's own and says no more than the rule.
    var message: String

    init(
        _ name: String,
        wrong: Change...,
        right: [Change] = [],
        field: String,
        message: String = ""
    ) {
        self.name = name
        self.wrong = wrong
        self.right = right
        self.field = field
        self.message = message
    }

    var testDescription: String { name }

    /// Whether a text says what it should.
    func isExplained(by text: String) -> Bool { message.isEmpty || text.contains(message) }

    static let all = enums + required + numbers + sources + credentials + worker + catalogs + texts

    private static let enums = [
        AdmissionCase(
            "unknown protocol",
            wrong: .set("worker/kafka/securityProtocol", "TLS"),
            right: [.set("worker/kafka/securityProtocol", "SASL_SSL")],
            field: "worker.kafka.securityProtocol",
            message: "PLAINTEXT"
        ),
        AdmissionCase(
            "unknown mechanism",
            wrong: .set("worker/kafka/saslMechanism", "DIGEST-MD5"),
            right: [.set("worker/kafka/saslMechanism", "SCRAM-SHA-512")],
            field: "worker.kafka.saslMechanism",
            message: "SCRAM-SHA-256"
        ),
        AdmissionCase(
            "unknown protocol of the coordinator",
            wrong: .set("coordinator/kafka/securityProtocol", "plaintext"),
            right: [.set("coordinator/kafka/securityProtocol", "SSL")],
            field: "coordinator.kafka.securityProtocol",
            message: "PLAINTEXT"
        ),
        AdmissionCase(
            "unknown mechanism of the coordinator",
            wrong: .set("coordinator/kafka/saslMechanism", "OAUTHBEARER"),
            right: [.set("coordinator/kafka/saslMechanism", "GSSAPI")],
            field: "coordinator.kafka.saslMechanism",
            message: "PLAIN"
        ),
    ]

    private static let required = [
        AdmissionCase("no images", wrong: .remove("images"), field: "images", message: "equired"),
        AdmissionCase(
            "no s3Config",
            wrong: .remove("s3Config"),
            right: readyImages,
            field: "s3Config",
            message: "equired"
        ),
        AdmissionCase(
            "no coordinator image",
            wrong: .remove("images/coordinator"),
            field: "images.coordinator",
            message: "equired"
        ),
        AdmissionCase(
            "no worker image",
            wrong: .remove("images/worker"),
            right: [.remove("images/worker"), .set("coordinatorOnly", true)],
            field: "images.worker",
            message: "is required unless coordinatorOnly is true"
        ),
        AdmissionCase(
            "no bootstrap servers",
            wrong: .remove("worker/kafka/bootstrapServers"),
            field: "worker.kafka.bootstrapServers",
            message: "is required unless coordinatorOnly is true"
        ),
        AdmissionCase(
            "no worker",
            wrong: .remove("worker"),
            right: [
                .remove("worker"), .set("coordinatorOnly", true),
                .set("coordinator/kafka/bootstrapServers", "kafka:9092"),
            ],
            field: "worker.kafka.bootstrapServers",
            message: "is required unless coordinatorOnly is true"
        ),
        AdmissionCase(
            "a coordinator alone without servers",
            wrong: .remove("worker"),
            .set("coordinatorOnly", true),
            field: "coordinator.kafka.bootstrapServers",
            message: "is required when worker.kafka.bootstrapServers is not given"
        ),
        AdmissionCase("no coordinator", wrong: .remove("coordinator"), field: "coordinator", message: "equired"),
        AdmissionCase("no job", wrong: .remove("coordinator/job"), field: "coordinator.job", message: "equired"),
        AdmissionCase(
            "no control topic",
            wrong: .remove("coordinator/job/controlTopic"),
            field: "coordinator.job.controlTopic",
            message: "equired"
        ),
        AdmissionCase(
            "no group id",
            wrong: .remove("coordinator/job/groupId"),
            field: "coordinator.job.groupId",
            message: "equired"
        ),
        AdmissionCase(
            "no catalogue properties",
            wrong: .remove("coordinator/job/catalogProperties"),
            field: "coordinator.job.catalogProperties",
            message: "equired"
        ),
        AdmissionCase("no bucket", wrong: .remove("s3Config/bucket"), field: "s3Config.bucket", message: "equired"),
        AdmissionCase("no region", wrong: .remove("s3Config/region"), field: "s3Config.region", message: "equired"),
    ]

    private static let readyImages: [Change] = [
        .remove("s3Config"), .set("images/worker", ["image": "registry.example.com/worker:1.0"]),
        .set("images/coordinator", ["image": "registry.example.com/coordinator:1.0"]),
    ]

    private static let numbers =
        [
            AdmissionCase(
                "no workers",
                wrong: .set("worker/replicas", 0),
                right: [.set("worker/replicas", 0), .set("coordinatorOnly", true)],
                field: "worker.replicas",
                message: "must be at least 1 unless coordinatorOnly is true"
            ),
            outOfRange("worker/replicas", -1, right: 1),
            outOfRange("coordinator/replicas", 0, right: 1),
            outOfRange("coordinator/replicas", 6, right: 5),
            outOfRange("coordinator/kafka/transactionTimeoutMs", 0, right: 1),
            outOfRange("coordinator/kafka/transactionTimeoutMs", 86_400_001, right: 86_400_000),
        ]
        + [
            "offsetReplicationFactor", "offsetPartitions", "configReplicationFactor", "statusReplicationFactor",
            "statusPartitions",
        ].map { outOfRange("worker/storage/\($0)", 0, right: 1) }
        + ["offsetFlushIntervalMs", "offsetFlushTimeoutMs", "taskShutdownTimeoutMs"].map {
            outOfRange("worker/performance/\($0)", 0, right: 1)
        }

    private static func outOfRange(_ path: String, _ wrong: Int64, right: Int64) -> AdmissionCase {
        AdmissionCase(
            "\(path) \(wrong)",
            wrong: .set(path, .integer(wrong)),
            right: [.set(path, .integer(right))],
            field: path.split(separator: "/").joined(separator: "."),
            message: wrong > right ? "\(right)" : "\(wrong < 0 ? 0 : 1)"
        )
    }

    private static let sources = ["worker", "coordinator"].flatMap { role in
        [
            AdmissionCase(
                "\(role): neither file nor image",
                wrong: .remove("images/\(role)/s3Path"),
                field: "images.\(role)",
                message: "exactly one of s3Path and image must be given"
            ),
            AdmissionCase(
                "\(role): file and image",
                wrong: .set("images/\(role)/image", "registry.example.com/\(role):1.0"),
                right: [.set("images/\(role)", ["image": .string("registry.example.com/\(role):1.0")])],
                field: "images.\(role)",
                message: "exactly one of s3Path and image must be given"
            ),
        ]
    }

    private static let credentials =
        [
            AdmissionCase(
                "half of the keys",
                wrong: .remove("s3Config/secretAccessKey"),
                right: [.remove("s3Config/secretAccessKey"), .remove("s3Config/accessKeyId")],
                field: "s3Config",
                message: "accessKeyId and secretAccessKey must be given together"
            ),
            AdmissionCase(
                "keys and a Secret",
                wrong: .set("s3Config/credentialsSecret", ["name": "s3"]),
                right: [
                    .remove("s3Config/secretAccessKey"), .remove("s3Config/accessKeyId"),
                    .set("s3Config/credentialsSecret", ["name": "s3"]),
                ],
                field: "s3Config.credentialsSecret",
                message: "must not be given together with"
            ),
        ]
        + ["worker", "coordinator"].map { role in
            AdmissionCase(
                "\(role): JAAS text and a Secret",
                wrong: .set("\(role)/kafka/saslJaasConfig", "x required;"),
                .set("\(role)/kafka/saslJaasConfigFrom", ["name": "kafka", "key": "jaas"]),
                right: [.set("\(role)/kafka/saslJaasConfigFrom", ["name": "kafka", "key": "jaas"])],
                field: "\(role).kafka.saslJaasConfigFrom",
                message: "must not be given together with"
            )
        }

    private static let worker = [
        AdmissionCase(
            "a reserved property",
            wrong: .set("worker/config", ["group.id": "mine"]),
            right: [.set("worker/config", ["key.converter": "x.Y", "ssl.truststore.type": "PEM"])],
            field: "worker.config",
            message: "reserved"
        ),
        AdmissionCase(
            "the provider env configured",
            wrong: .set("worker/config", ["config.providers.env.param.allowlist.pattern": ".*"]),
            right: [.set("worker/config", ["config.providers.file.class": "x.File"])],
            field: "worker.config",
            message: "configures the provider env"
        ),
        AdmissionCase(
            "a provider named env",
            wrong: .set("worker/config", ["config.providers": "file, env"]),
            right: [.set("worker/config", ["config.providers": "file,environment"])],
            field: "worker.config",
            message: "names the provider env"
        ),
        AdmissionCase(
            "a class path among the options",
            wrong: .set("worker/jvmOptions", ["-Xmx1G", "-cp"]),
            right: [.set("worker/jvmOptions", ["-Xmx1G", "-Dx=a b \"c\""])],
            field: "worker.jvmOptions",
            message: "names a class path"
        ),
        AdmissionCase(
            "an option that is none",
            wrong: .set("worker/jvmOptions", ["Xmx1G"]),
            field: "worker.jvmOptions[0]"
        ),
        AdmissionCase(
            "one topic for two purposes",
            wrong: .set("worker/storage/statusTopic", "connect-offsets"),
            right: [.set("worker/storage/statusTopic", "connect-states")],
            field: "worker.storage",
            message: "three different topics"
        ),
        AdmissionCase(
            "more requested than allowed",
            wrong: .set("worker/resources/requests/memory", "3Gi"),
            right: [.set("worker/resources/requests/memory", "2048Mi")],
            field: "worker.resources.requests.memory",
            message: "is above limits.memory"
        ),
        AdmissionCase(
            "more requested than allowed in another unit",
            wrong: .set("coordinator/resources/requests/cpu", 3),
            right: [.set("coordinator/resources/requests/cpu", "2000m"), .set("coordinator/resources/limits/cpu", 2)],
            field: "coordinator.resources.requests.cpu",
            message: "is above limits.cpu"
        ),
        AdmissionCase(
            "a quantity with a wrong unit",
            wrong: .set("coordinator/resources/limits/memory", "1GB"),
            right: [.set("coordinator/resources/limits/memory", "1G"), .set("coordinator/resources/limits/cpu", 1)],
            field: "coordinator.resources.limits.memory"
        ),
        AdmissionCase(
            "a negative quantity",
            wrong: .set("coordinator/resources/limits/memory", -1),
            right: [.set("coordinator/resources/limits/memory", 2_147_483_648)],
            field: "coordinator.resources.limits.memory"
        ),
    ]

    private static let catalogs = [
        AdmissionCase(
            "no catalogue named",
            wrong: .set("coordinator/job/catalogProperties", ["uri": "thrift://hive:9083"]),
            field: "coordinator.job.catalogProperties",
            message: "names no catalogue"
        ),
        AdmissionCase(
            "two catalogues named",
            wrong: .set("coordinator/job/catalogProperties/catalog-impl", "org.apache.iceberg.hive.HiveCatalog"),
            right: [
                .set(
                    "coordinator/job/catalogProperties",
                    ["catalog-impl": "org.apache.iceberg.hive.HiveCatalog", "uri": "thrift://hive:9083"]
                )
            ],
            field: "coordinator.job.catalogProperties",
            message: "only one of type and catalog-impl"
        ),
        AdmissionCase(
            "an unsupported type",
            wrong: .set("coordinator/job/catalogProperties/type", "nessie"),
            right: [.set("coordinator/job/catalogProperties/type", "REST")],
            field: "coordinator.job.catalogProperties",
            message: "rest, hadoop, jdbc (SQLite, PostgreSQL), hive and glue"
        ),
        AdmissionCase(
            "an unsupported class",
            wrong: .set("coordinator/job/catalogProperties", ["catalog-impl": "com.example.Mine", "uri": "x"]),
            right: [
                .set("coordinator/job/catalogProperties", ["catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog"])
            ],
            field: "coordinator.job.catalogProperties",
            message: "rest, hadoop, jdbc (SQLite, PostgreSQL), hive and glue"
        ),
        AdmissionCase(
            "no address of the catalogue",
            wrong: .remove("coordinator/job/catalogProperties/uri"),
            right: [
                .remove("coordinator/job/catalogProperties/uri"),
                .set("coordinator/job/catalogSecret", ["name": "catalog"]),
            ],
            field: "coordinator.job.catalogProperties",
            message: "uri is required"
        ),
        AdmissionCase(
            "no warehouse",
            wrong: .set("coordinator/job/catalogProperties", ["type": "hadoop"]),
            right: [.set("coordinator/job/catalogProperties", ["type": "hadoop", "warehouse": "s3://w"])],
            field: "coordinator.job.catalogProperties",
            message: "warehouse is required"
        ),
        AdmissionCase(
            "another database",
            wrong: .set(
                "coordinator/job/catalogProperties",
                ["type": "jdbc", "uri": "jdbc:mysql://db/x", "warehouse": "s3://w"]
            ),
            right: [
                .set(
                    "coordinator/job/catalogProperties",
                    ["type": "jdbc", "uri": "jdbc:postgresql://db/x", "warehouse": "s3://w"]
                )
            ],
            field: "coordinator.job.catalogProperties",
            message: "jdbc:sqlite: and jdbc:postgresql:"
        ),
    ]

    private static let texts = [
        badText("worker/kafka/bootstrapServers", "kafka", right: "kafka:9092, SSL://[2001:db8::1]:9093"),
        badText("worker/namespace", "Kafka", right: "kafka-connect"),
        badText("coordinator/namespace", "a.b", right: "0a"),
        badText("worker/clusterName", "", right: "Jörg's cluster: #1 = best"),
        badText("worker/storage/offsetTopic", "a b", right: "a.b-C_1"),
        badText("coordinator/job/controlTopic", "..", right: "...a"),
        badText("coordinator/job/groupId", "", right: "any group: at all"),
        badText("s3Config/endpoint", "minio:9000", right: "http://minio:9000/path"),
        badText("s3Config/bucket", "a/b", right: "a.b"),
        badText("s3Config/region", "us west", right: "eu-central-1"),
        badText("images/worker/tag", "-x", right: "v1.0.0_x-y"),
        badText("images/worker/registry", "https://registry", right: "registry.example.com:5000/team"),
        badText("images/worker/pushSecret", ["name": "A"], right: ["name": "a.b-c"], below: "name"),
        badText(
            "worker/kafka/saslJaasConfigFrom",
            ["name": "a", "key": "b c"],
            right: ["name": "a", "key": "b_c"],
            below: "key"
        ),
    ]

    private static func badText(_ path: String, _ wrong: JSON, right: JSON, below: String? = nil) -> AdmissionCase {
        AdmissionCase(
            "\(path): bad text",
            wrong: .set(path, wrong),
            right: [.set(path, right)],
            field: (path.split(separator: "/").map(String.init) + [below].compactMap { $0 }).joined(separator: ".")
        )
    }
}
