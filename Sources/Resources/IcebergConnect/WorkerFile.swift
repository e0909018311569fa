// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON

/// `connect-distributed.properties` of a worker cluster (`original-systems.md` 002.3).
package enum WorkerFile {
    /// The key in ConfigMap and Secret, and the name of the file.
    package static let name = "connect-distributed.properties"

    /// The sections in the documented order, then what `worker.config` adds.
    ///
    /// - Parameters:
    ///   - spec: with `worker.kafka.bootstrapServers`.
    ///   - groupID: `connect-` and the cluster's name.
    ///   - jaas: the text of the JAAS configuration, from wherever it comes.
    package static func properties(of spec: IcebergConnectSpec.Worker, groupID: String, jaas: Secret?) -> JavaProperties
    {
        let login = Login(spec.kafka, jaas)
        var file = JavaProperties([
            general(spec.kafka, groupID),
            storage(spec.storage),
            JavaProperties.Section("Plugin Configuration", [("plugin.path", pluginPath(spec.kafka.pluginPath))]),
            rest(spec.config["config.providers"]),
            JavaProperties.Section("Security", login.properties(prefix: "")),
            performance(spec.performance),
            producer(spec.kafka, login),
            consumer(spec.kafka, login),
        ])
        let isSecure = spec.kafka.securityProtocol != "PLAINTEXT"
        let given = spec.config.entries + (isSecure ? clientSecurity(spec.config) : [])
        // What the user gives replaces what stands there, so that no property is there twice.
        let added = given.filter { key, value in key != "config.providers" && !file.replace(key, with: value) }
        file.sections.append(
            JavaProperties.Section("Further Worker Configuration", added.sorted { $0.key < $1.key })
        )
        return file
    }

    /// Connect gives the producers and consumers of connectors nothing but what has their prefix. What the workers need to
    /// reach the brokers, an authority or a key, these need too.
    private static func clientSecurity(_ config: StringMap) -> [(key: String, value: String)] {
        ["producer.", "consumer."].flatMap { prefix in
            config.entries.compactMap { key, value in
                let isSecurity = key.hasPrefix("ssl.") || key.hasPrefix("sasl.")
                return isSecurity && config[prefix + key] == nil ? (prefix + key, value) : nil
            }
        }
    }

    private static func general(_ kafka: IcebergConnectSpec.WorkerKafka, _ groupID: String) -> JavaProperties.Section {
        let converter = "org.apache.kafka.connect.json.JsonConverter"
        return JavaProperties.Section(
            "Kafka Connect Worker Configuration",
            [
                ("bootstrap.servers", kafka.bootstrapServers ?? ""),
                ("group.id", groupID),
                ("key.converter", converter),
                ("value.converter", converter),
                ("key.converter.schemas.enable", "false"),
                ("value.converter.schemas.enable", "false"),
            ]
        )
    }

    private static func storage(_ storage: IcebergConnectSpec.InternalTopics) -> JavaProperties.Section {
        JavaProperties.Section(
            "Storage Topics",
            [
                ("offset.storage.topic", storage.offsetTopic),
                ("offset.storage.replication.factor", "\(storage.offsetReplicationFactor)"),
                ("offset.storage.partitions", "\(storage.offsetPartitions)"),
                ("config.storage.topic", storage.configTopic),
                ("config.storage.replication.factor", "\(storage.configReplicationFactor)"),
                ("status.storage.topic", storage.statusTopic),
                ("status.storage.replication.factor", "\(storage.statusReplicationFactor)"),
                ("status.storage.partitions", "\(storage.statusPartitions)"),
            ]
        )
    }

    /// Connect splits at commas only (002.3 a).
    private static func pluginPath(_ text: String) -> String {
        text.split { $0 == ":" || $0 == "," }.joined(separator: ",")
    }

    /// `rest.port` has had no meaning since Kafka 3.0 (002.3 b). Without an advertised host workers could not forward to
    /// each other; the provider takes it from the pod, so that the file is the same for all pods (002.3 c). It may read
    /// this one variable only, because connectors' configurations could use it too.
    private static func rest(_ otherProviders: String?) -> JavaProperties.Section {
        let providers = ["env"] + WorkerProperties.providers(in: otherProviders ?? "")
        return JavaProperties.Section(
            "REST API",
            [
                ("rest.port", "8083"),
                ("rest.advertised.port", "8083"),
                ("listeners", "http://0.0.0.0:8083"),
                ("rest.advertised.host.name", "${env:POD_IP}"),
                ("config.providers", providers.joined(separator: ",")),
                ("config.providers.env.class", "org.apache.kafka.common.config.provider.EnvVarConfigProvider"),
                ("config.providers.env.param.allowlist.pattern", "POD_IP"),
            ]
        )
    }

    private static func performance(_ limits: IcebergConnectSpec.Performance) -> JavaProperties.Section {
        JavaProperties.Section(
            "Performance Tuning",
            [
                ("offset.flush.interval.ms", "\(limits.offsetFlushIntervalMs)"),
                ("offset.flush.timeout.ms", "\(limits.offsetFlushTimeoutMs)"),
                ("task.shutdown.graceful.timeout.ms", "\(limits.taskShutdownTimeoutMs)"),
            ]
        )
    }

    private static func producer(_ kafka: IcebergConnectSpec.WorkerKafka, _ login: Login) -> JavaProperties.Section {
        let serializer = "org.apache.kafka.common.serialization.ByteArraySerializer"
        return JavaProperties.Section(
            "Producer Configuration (Exactly-Once Semantics)",
            [
                ("producer.bootstrap.servers", kafka.bootstrapServers ?? ""),
                ("producer.key.serializer", serializer),
                ("producer.value.serializer", serializer),
                ("producer.acks", "all"),
                ("producer.retries", "2147483647"),
                ("producer.enable.idempotence", "true"),
                ("producer.max.in.flight.requests.per.connection", "1"),
            ] + login.clientProperties(prefix: "producer.")
        )
    }

    private static func consumer(_ kafka: IcebergConnectSpec.WorkerKafka, _ login: Login) -> JavaProperties.Section {
        let deserializer = "org.apache.kafka.common.serialization.ByteArrayDeserializer"
        return JavaProperties.Section(
            "Consumer Configuration (Exactly-Once Semantics)",
            [
                ("consumer.bootstrap.servers", kafka.bootstrapServers ?? ""),
                ("consumer.key.deserializer", deserializer),
                ("consumer.value.deserializer", deserializer),
                ("consumer.auto.offset.reset", "earliest"),
                ("consumer.enable.auto.commit", "false"),
                ("consumer.isolation.level", "read_committed"),
            ] + login.clientProperties(prefix: "consumer.")
        )
    }

    /// Protocol, mechanism and JAAS text.
    private struct Login {
        let securityProtocol: String
        let mechanism: String?
        let jaas: Secret?

        init(_ kafka: IcebergConnectSpec.WorkerKafka, _ jaas: Secret?) {
            securityProtocol = kafka.securityProtocol
            mechanism = kafka.saslMechanism
            self.jaas = jaas
        }

        func properties(prefix: String) -> [(key: String, value: String)] {
            var entries = [(key: "\(prefix)security.protocol", value: securityProtocol)]
            if let mechanism { entries.append(("\(prefix)sasl.mechanism", mechanism)) }
            jaas?.reveal { entries.append(("\(prefix)sasl.jaas.config", $0)) }
            return entries
        }

        /// Producers and consumers say nothing where there is nothing to say.
        func clientProperties(prefix: String) -> [(key: String, value: String)] {
            securityProtocol == "PLAINTEXT" ? [] : properties(prefix: prefix)
        }
    }
}
