// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON

/// The configuration of a coordinator: the keys of its ConfigMap and Secret and the variables made from them
/// (`original-systems.md` 000.2).
package struct CoordinatorConfiguration: Equatable, Sendable {
    /// One entry of the configuration.
    package struct Entry: Equatable, Sendable {
        package var key: String
        package var value: Secret
        /// What everybody may read; `nil`: nothing of it.
        package var shown: String?
        package var isCredential: Bool

        /// The variable of the process: `KAFKA_BOOTSTRAP_SERVERS`.
        package var variable: String { key.uppercased().replacing(".", with: "_") }
    }

    /// In the order of the document.
    package var entries: [Entry]

    /// - Parameters:
    ///   - jaas: the text of the JAAS configuration, from wherever it comes.
    ///   - catalogSecret: the content of `catalogSecret`; its keys win over those of the specification.
    package init(_ spec: IcebergConnectSpec, jaas: Secret?, catalogSecret: [String: Secret]) {
        let kafka = spec.coordinatorKafka
        let job = spec.coordinator.job
        entries = [
            Self.open("control.topic", job.controlTopic),
            Self.open("connect.group.id", job.groupId),
            Self.catalog(job.catalogProperties, catalogSecret),
            Self.open("kafka.bootstrap.servers", kafka.bootstrapServers ?? ""),
            Self.open("kafka.security.protocol", kafka.securityProtocol ?? "PLAINTEXT"),
            Self.open("kafka.enable.transactions", "\(kafka.enableTransactions)"),
            Self.open("kafka.transaction.timeout.ms", "\(kafka.transactionTimeoutMs)"),
        ]
        if let mechanism = kafka.saslMechanism { entries.append(Self.open("kafka.sasl.mechanism", mechanism)) }
        if let jaas {
            entries.append(Entry(key: "kafka.sasl.jaas.config", value: jaas, shown: nil, isCredential: true))
        }
        if let group = job.connectGroup { entries.append(Self.open("sink.consumer.group", group)) }
    }

    private static func open(_ key: String, _ value: String) -> Entry {
        Entry(key: key, value: Secret(value), shown: value, isCredential: false)
    }

    /// One JSON object as text, sorted, so that equal properties are equal bytes. Names and values are unchanged.
    private static func catalog(_ properties: StringMap, _ added: [String: Secret]) -> Entry {
        var all = properties.entries.filter { added[$0.key] == nil }
        var shown = all.map { key, value in (key, CredentialDetection.masked(key, value)) }
        for (key, value) in added {
            value.reveal { all.append((key, $0)) }
            shown.append((key, CredentialDetection.mask))
        }
        let text = String(decoding: StringMap(all).jsonBytes, as: UTF8.self)
        let masked = String(decoding: StringMap(shown).jsonBytes, as: UTF8.self)
        return Entry(key: "catalog.properties", value: Secret(text), shown: masked, isCredential: text != masked)
    }
}
