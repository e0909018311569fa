// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension IcebergConnectSpec {
    /// What is accepted but not good, in the order of the fields. None of the messages holds a credential.
    package var warnings: [FieldProblem] {
        var found: [FieldProblem] = []
        func warn(_ field: String, _ message: String) {
            found.append(FieldProblem(field: "spec.\(field)", message: message))
        }
        if case .inline = s3Config?.credentials {
            warn(
                "s3Config",
                "holds access keys, which everyone who may read the resource can read: use credentialsSecret"
            )
        }
        if !coordinatorOnly { warnAboutWorker(warn) }
        if case .inline = coordinator.kafka.jaas {
            warn("coordinator.kafka.saslJaasConfig", "holds credentials: use saslJaasConfigFrom")
        }
        let kafka = coordinatorKafka
        if coordinator.kafka.securityProtocol != nil || coordinator.kafka.saslMechanism != nil || coordinatorOnly {
            warnAboutLogin("coordinator.kafka", kafka.securityProtocol, kafka.saslMechanism, kafka.jaas, warn)
        }
        for (key, value) in coordinator.job.catalogProperties.entries where CredentialDetection.isCredential(key, value)
        {
            warn("coordinator.job.catalogProperties.\(key)", "looks like a credential: use catalogSecret")
        }
        if catalogType == .memory {
            warn(
                "coordinator.job.catalogProperties.type",
                "is memory: such a catalogue cannot be shared between processes, so nothing will be committed"
            )
        }
        return found
    }

    /// The catalogue of the job; `nil` if only the Secret tells.
    package var catalogType: CatalogType? {
        let properties = coordinator.job.catalogProperties
        return properties["type"].flatMap(CatalogType.init(type:))
            ?? properties["catalog-impl"].flatMap(CatalogType.init(className:))
    }

    private func warnAboutWorker(_ warn: (String, String) -> Void) {
        if case .inline = worker.kafka.jaas {
            warn("worker.kafka.saslJaasConfig", "holds credentials: use saslJaasConfigFrom")
        }
        warnAboutLogin(
            "worker.kafka",
            worker.kafka.securityProtocol,
            worker.kafka.saslMechanism,
            worker.kafka.jaas,
            warn
        )
        let factors = [
            ("offset", worker.storage.offsetReplicationFactor), ("config", worker.storage.configReplicationFactor),
            ("status", worker.storage.statusReplicationFactor),
        ]
        if hasSeveralBrokers {
            for (name, factor) in factors where factor == 1 {
                warn("worker.storage.\(name)ReplicationFactor", "is 1: the loss of one broker loses the topic")
            }
        }
        for (key, value) in worker.config.entries where CredentialDetection.isCredential(key, value) {
            warn(
                "worker.config.\(key)",
                "looks like a credential; it is kept in a Secret, but is still in the resource"
            )
        }
        if let limit = Quantity(worker.resources.limits.memory), let small = Quantity("512Mi"), limit < small,
            worker.jvmOptions.isEmpty
        {
            warn("worker.resources.limits.memory", "is below 512Mi, of which half is heap: a worker may not start")
        }
    }

    /// The number of brokers is not known, but who names several addresses has several.
    private var hasSeveralBrokers: Bool {
        (worker.kafka.bootstrapServers.flatMap { BootstrapServers($0) }?.addresses.count ?? 0) > 1
    }

    private func warnAboutLogin(
        _ field: String,
        _ securityProtocol: String?,
        _ mechanism: String?,
        _ jaas: JAAS?,
        _ warn: (String, String) -> Void
    ) {
        let isSASL = securityProtocol?.hasPrefix("SASL_") ?? false
        if isSASL, mechanism == nil { warn("\(field).saslMechanism", "is not given: Kafka then defaults to GSSAPI") }
        if isSASL, jaas == nil {
            warn("\(field).saslJaasConfigFrom", "is not given: clients have nothing to log in with")
        }
        if !isSASL, mechanism != nil || jaas != nil {
            warn("\(field).securityProtocol", "does not use SASL, so the SASL settings have no effect")
        }
    }
}
