// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension IcebergConnectSchema {
    static let worker = Schema.object(
        "The worker pods of one Kafka Connect cluster.",
        isFilledIn: true,
        [
            .optional(
                "replicas",
                .integer("Number of workers. 0 only with coordinatorOnly.", default: 3, in: 0...1000)
            ),
            .optional(
                "clusterName",
                .string(
                    "Name of the cluster: it names the objects, and the group of the workers is connect- and this name. "
                        + "Only one resource of a namespace may use it. Left out: the resource's name and -workers.",
                    length: 1...200
                )
            ),
            .optional(
                "namespace",
                .string(
                    "Where the workers run. Left out: the resource's namespace.",
                    format: .dnsLabel,
                    length: 1...63
                )
            ),
            .optional("kafka", workerKafka),
            .optional("storage", storage),
            .optional("resources", resources(requests: ("1Gi", "500m"), limits: ("2Gi", "1000m"))),
            .optional("performance", performance),
            .optional("config", config),
            .optional("jvmOptions", jvmOptions),
        ]
    )

    private static let workerKafka = Schema.object(
        "The Kafka cluster of the workers.",
        isFilledIn: true,
        rules: [oneJAAS],
        [
            .optional(
                "bootstrapServers",
                .string(
                    "Bootstrap brokers, host:port, separated by commas. Required unless coordinatorOnly is true.",
                    format: .bootstrapServers,
                    length: 1...4096
                )
            )
        ] + loginFields(protocolDefault: "PLAINTEXT", inherited: "") + [
            .optional(
                "pluginPath",
                .string(
                    "Folders in the image that connectors are looked for in, separated by colons or commas.",
                    default: "/app/plugins:/app/libs",
                    length: 1...4096
                )
            )
        ]
    )

    /// Stands with the whole specification: the API server checks the rules of an object that it fills in itself before
    /// it fills in what is inside.
    static let differentTopics = SchemaRule.rule(
        "self.worker.storage.offsetTopic != self.worker.storage.configTopic && "
            + "self.worker.storage.offsetTopic != self.worker.storage.statusTopic && "
            + "self.worker.storage.configTopic != self.worker.storage.statusTopic",
        field: "worker.storage",
        message: "offsetTopic, configTopic and statusTopic must be three different topics",
        holds: { spec in
            let topics = ["offsetTopic", "configTopic", "statusTopic"].compactMap { name in
                if case .string(let topic) = spec["worker"]?["storage"]?[name] { topic } else { nil }
            }
            return Set(topics).count == topics.count
        }
    )

    private static let storage = Schema.object(
        "The three topics in which Connect keeps its state. Every Connect cluster needs topics of its own.",
        isFilledIn: true,
        [
            .optional("offsetTopic", topic("Topic of the source offsets.", default: "connect-offsets")),
            .optional("offsetReplicationFactor", replicas("Copies of each offset record.")),
            .optional("offsetPartitions", .integer("Partitions of the offset topic.", default: 25, in: 1...100_000)),
            .optional(
                "configTopic",
                topic("Topic of the connector configurations; it has one partition.", default: "connect-configs")
            ),
            .optional("configReplicationFactor", replicas("Copies of each configuration record.")),
            .optional("statusTopic", topic("Topic of the connectors' states.", default: "connect-status")),
            .optional("statusReplicationFactor", replicas("Copies of each status record.")),
            .optional("statusPartitions", .integer("Partitions of the status topic.", default: 5, in: 1...100_000)),
        ]
    )

    private static func topic(_ description: String, default fallback: String) -> Schema {
        .string(description, default: fallback, format: .topic, length: 1...249)
    }

    private static func replicas(_ description: String) -> Schema {
        .integer(description + " 1 loses it with one broker.", default: 1, in: 1...32_767)
    }

    private static let performance = Schema.object(
        "Time limits of the workers, in milliseconds.",
        isFilledIn: true,
        [
            .optional("offsetFlushIntervalMs", milliseconds("How often source offsets are saved.", default: 10_000)),
            .optional("offsetFlushTimeoutMs", milliseconds("How long saving them may take.", default: 5_000)),
            .optional(
                "taskShutdownTimeoutMs",
                milliseconds("How long a task may take to stop; the pod gets that much time and more.", default: 10_000)
            ),
        ]
    )

    private static func milliseconds(_ description: String, default fallback: Int64) -> Schema {
        .integer(description, default: fallback, in: 1...86_400_000, bits: 64)
    }

    // MARK: Free settings

    private static let config = Schema.map(
        "Further properties of the worker, as Kafka names them: converters, ssl.*, settings of the admin client, of "
            + "producers and consumers, connector.client.config.override.policy, exactly.once.source.support. Properties "
            + "that have a field of their own are refused.",
        of: .string("Value of the property.", length: 0...16384),
        count: 256,
        rules: [
            .rule(
                "self.all(k, !(k in [\(quoted(WorkerProperties.reserved))]))",
                message: "holds a property that is reserved: it has a field of its own or is set by the operator",
                problems: { config in
                    names(of: config).filter(WorkerProperties.reserved.contains).map { name in
                        let message = "is reserved: it has a field of its own or is set by the operator"
                        return FieldProblem(field: name, message: message)
                    }
                }
            ),
            .rule(
                #"!self.exists(k, k.startsWith('config.providers.env.'))"#,
                message: "configures the provider env, which is reserved for the operator",
                holds: { !names(of: $0).contains { $0.hasPrefix("config.providers.env.") } }
            ),
            .rule(
                #"!('config.providers' in self) || !self['config.providers'].matches('(^|,)\\s*env\\s*(,|$)')"#,
                message: "config.providers names the provider env, which is reserved for the operator",
                holds: { config in
                    guard case .string(let text) = config["config.providers"] else { return true }
                    return !WorkerProperties.providers(in: text).contains("env")
                }
            ),
        ]
    )

    private static let jvmOptions = Schema.list(
        "JVM options, one per entry. They replace the heap options, which are half of the memory "
            + "limit when this is left out.",
        of: .string("One option, -Xmx2G.", format: .jvmOption, length: 2...1024),
        count: 64,
        rules: [
            .rule(
                "self.all(o, !(o in [\(quoted(forbiddenOptions))]) && !o.startsWith('--class-path='))",
                message: "names a class path or another program: only JVM options are allowed",
                holds: { options in
                    guard case .array(let elements) = options else { return true }
                    return !elements.contains { element in
                        guard case .string(let option) = element else { return false }
                        return forbiddenOptions.contains(option) || option.hasPrefix("--class-path=")
                    }
                }
            )
        ]
    )

    /// With these the documented arguments behind them would mean something else.
    private static let forbiddenOptions = [
        "-cp", "-classpath", "--class-path", "-jar", "-m", "--module", "-version", "--version", "-showversion",
        "-help", "--help", "-h", "-?", "-X", "--help-extra", "--dry-run", "--list-modules", "-d", "--describe-module",
        "--validate-modules",
    ]

    static func quoted(_ texts: [String]) -> String { texts.map { "'\($0)'" }.joined(separator: ", ") }

    private static func names(of map: JSON) -> [String] {
        if case .object(let object) = map { object.members.map(\.key) } else { [] }
    }
}
