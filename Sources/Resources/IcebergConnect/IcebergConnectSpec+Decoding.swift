// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import JSON

// Reads a value whose defaults are filled in and that was found valid. What fails here all the same is a field that the
// schema does not describe as it is read, so the error names it.

extension IcebergConnectSpec: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            s3Config: try json.optional("s3Config"),
            images: try json.value("images"),
            worker: try json.value("worker"),
            coordinator: try json.value("coordinator"),
            coordinatorOnly: try json.value("coordinatorOnly")
        )
    }
}

extension IcebergConnectSpec.S3: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let reference: NameReference? = try json.optional("credentialsSecret")
        let accessKeyID: String? = try json.optional("accessKeyId")
        let secretAccessKey: String? = try json.optional("secretAccessKey")
        let credentials: Credentials =
            if let accessKeyID, let secretAccessKey {
                .inline(accessKeyID: Secret(accessKeyID), secretAccessKey: Secret(secretAccessKey))
            } else if let reference {
                .secret(reference.name)
            } else {
                .environment
            }
        self.init(
            region: try json.value("region"),
            bucket: try json.value("bucket"),
            endpoint: try json.optional("endpoint"),
            credentials: credentials
        )
    }
}

extension IcebergConnectSpec.Images: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(worker: try json.optional("worker"), coordinator: try json.value("coordinator"))
    }
}

extension IcebergConnectSpec.Image: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let pushSecret: NameReference? = try json.optional("pushSecret")
        let text: String? = try json.optional("image")
        let key: String? = try json.optional("s3Path")
        let source: Source
        if let text {
            do throws(ImageReference.Invalid) {
                source = .ready(try ImageReference(parsing: text))
            } catch {
                throw JSONError(error.message)
            }
        } else if let key {
            source = .tar(key: key)
        } else {
            throw JSONError("neither s3Path nor image is given")
        }
        self.init(
            source: source,
            tag: try json.value("tag"),
            registry: try json.value("registry"),
            pushSecret: pushSecret?.name
        )
    }
}

extension IcebergConnectSpec.Worker: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            replicas: try json.value("replicas"),
            clusterName: try json.optional("clusterName"),
            namespace: try json.optional("namespace"),
            kafka: try json.value("kafka"),
            storage: try json.value("storage"),
            resources: try json.value("resources"),
            performance: try json.value("performance"),
            config: try json.optional("config") ?? [:],
            jvmOptions: try json.optional("jvmOptions") ?? []
        )
    }
}

extension IcebergConnectSpec.WorkerKafka: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            bootstrapServers: try json.optional("bootstrapServers"),
            securityProtocol: try json.value("securityProtocol"),
            saslMechanism: try json.optional("saslMechanism"),
            jaas: try IcebergConnectSpec.JAAS(of: json),
            pluginPath: try json.value("pluginPath")
        )
    }
}

extension IcebergConnectSpec.JAAS {
    fileprivate init?(of kafka: borrowing JSONView) throws(JSONError) {
        let inline: String? = try kafka.optional("saslJaasConfig")
        let reference: KeyReference? = try kafka.optional("saslJaasConfigFrom")
        if let inline {
            self = .inline(Secret(inline))
        } else if let reference {
            self = .secret(name: reference.name, key: reference.key)
        } else {
            return nil
        }
    }
}

extension IcebergConnectSpec.InternalTopics: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            offsetTopic: try json.value("offsetTopic"),
            offsetReplicationFactor: try json.value("offsetReplicationFactor"),
            offsetPartitions: try json.value("offsetPartitions"),
            configTopic: try json.value("configTopic"),
            configReplicationFactor: try json.value("configReplicationFactor"),
            statusTopic: try json.value("statusTopic"),
            statusReplicationFactor: try json.value("statusReplicationFactor"),
            statusPartitions: try json.value("statusPartitions")
        )
    }
}

extension IcebergConnectSpec.Resources: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(requests: try json.value("requests"), limits: try json.value("limits"))
    }
}

extension IcebergConnectSpec.Amounts: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let memory: AmountText = try json.value("memory")
        let cpu: AmountText = try json.value("cpu")
        self.init(memory: memory.text, cpu: cpu.text)
    }
}

extension IcebergConnectSpec.Performance: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            offsetFlushIntervalMs: try json.value("offsetFlushIntervalMs"),
            offsetFlushTimeoutMs: try json.value("offsetFlushTimeoutMs"),
            taskShutdownTimeoutMs: try json.value("taskShutdownTimeoutMs")
        )
    }
}

extension IcebergConnectSpec.Coordinator: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            replicas: try json.value("replicas"),
            namespace: try json.optional("namespace"),
            job: try json.value("job"),
            kafka: try json.value("kafka"),
            resources: try json.value("resources")
        )
    }
}

extension IcebergConnectSpec.Job: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let catalogSecret: NameReference? = try json.optional("catalogSecret")
        self.init(
            controlTopic: try json.value("controlTopic"),
            groupId: try json.value("groupId"),
            catalogProperties: try json.value("catalogProperties"),
            catalogSecret: catalogSecret?.name,
            connectGroup: try json.optional("connectGroup")
        )
    }
}

extension IcebergConnectSpec.CoordinatorKafka: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            bootstrapServers: try json.optional("bootstrapServers"),
            securityProtocol: try json.optional("securityProtocol"),
            saslMechanism: try json.optional("saslMechanism"),
            jaas: try IcebergConnectSpec.JAAS(of: json),
            enableTransactions: try json.value("enableTransactions"),
            transactionTimeoutMs: try json.value("transactionTimeoutMs")
        )
    }
}

/// `{name}`
private struct NameReference: JSONDecodable {
    var name: String

    init(_ json: borrowing JSONView) throws(JSONError) { name = try json.value("name") }
}

/// `{name, key}`
private struct KeyReference: JSONDecodable {
    var name: String
    var key: String

    init(_ json: borrowing JSONView) throws(JSONError) {
        name = try json.value("name")
        key = try json.value("key")
    }
}

/// A quantity, with or without quotes.
private struct AmountText: JSONDecodable {
    var text: String

    init(_ json: borrowing JSONView) throws(JSONError) {
        text = json.kind == .integer ? String(try json.integer()) : try json.string()
    }
}
