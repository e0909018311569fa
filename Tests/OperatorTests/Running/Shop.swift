// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesClient
import KubernetesModel
import Planning
import Resources
import TestServers
import TestSupport
import Testing

/// Resources with ready images in a namespace of a real API server, as users make, change and delete them.
struct Shop: Sendable {
    let cluster: LightCluster
    let client: KubernetesClient
    let namespace: String

    init(_ cluster: LightCluster) async throws {
        let definition = String(decoding: IcebergConnectDefinition.yaml, as: UTF8.self)
        try await cluster.install(definition, "icebergconnects.kafka.iceberg.apache.org")
        let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
        self.cluster = cluster
        client = KubernetesClient(access)
        namespace = try await AnyServer.namespace(client)
    }

    /// Lets an operator work meanwhile.
    func operate<Value: Sendable>(
        in namespaces: String? = nil,
        _ body: () async throws -> Value
    ) async throws -> Value {
        try await OperatorProcess.run(cluster.kubeconfig, namespace: namespaces ?? namespace) { _ in try await body() }
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    // MARK: What users do

    func manifest(_ name: String, _ change: (inout JSON) -> Void = { _ in }) -> JSON {
        var object: JSON = [
            "apiVersion": .string(IcebergConnect.kind.apiVersion), "kind": "IcebergConnect",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "images": [
                    "worker": ["image": "registry.example/worker:1"],
                    "coordinator": ["image": "registry.example/coordinator:1"],
                ],
                "worker": ["kafka": ["bootstrapServers": "kafka:9092"]],
                "coordinator": [
                    "job": [
                        // Jobs are claimed in the whole cluster.
                        "controlTopic": .string("control-\(namespace)"), "groupId": .string(name),
                        "catalogProperties": ["type": "hive", "uri": "thrift://hive:9083"],
                    ]
                ],
            ],
        ]
        change(&object)
        return object
    }

    func create(_ name: String, _ change: (inout JSON) -> Void = { _ in }) async throws {
        _ = try await client.create(IcebergConnect.kind, namespace: namespace, manifest(name, change))
    }

    func scale(_ name: String, to replicas: Int64) async throws {
        _ = try await client.merge(
            IcebergConnect.kind,
            key(name),
            ["spec": ["worker": ["replicas": .integer(replicas)]]]
        )
    }

    func kubectl(_ arguments: String...) async throws {
        let outcome = try await cluster.kubectl(arguments + ["-n", namespace])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    func delete(_ name: String) async throws {
        guard let uid = try await resource(name)?.metadata.uid else { return }
        try await client.delete(IcebergConnect.kind, key(name), uid: uid)
    }

    // MARK: What they see

    func resource(_ name: String) async throws -> IcebergConnect? {
        try await client.get(IcebergConnect.self, key(name))
    }

    func condition(_ type: IcebergConnectCondition, of name: String) async throws -> Condition? {
        try await resource(name)?.status?.conditions[type.rawValue]
    }

    func workers(_ cluster: String) async throws -> Deployment? {
        try await client.get(Deployment.self, key("kafka-connect-workers-\(cluster)"))
    }

    /// Waits until all that can be done without pods is done for the present generation.
    func isDeployed(_ name: String) async throws {
        _ = try await eventually { () -> Bool? in
            guard let resource = try await resource(name), let status = resource.status else { return nil }
            return status.phase == .deploying && status.observedGeneration == resource.metadata.generation ? true : nil
        }
    }

    /// Kinds and names of everything that was made, sorted.
    func objects() async throws -> [String] {
        let kinds = "deployments,configmaps,secrets,services,serviceaccounts,roles,rolebindings,leases"
        let arguments = ["get", kinds, "-n", namespace, "-l", "app.kubernetes.io/managed-by=kittiwake", "-o", "name"]
        let outcome = try await cluster.kubectl(arguments)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init).sorted()
    }
}
