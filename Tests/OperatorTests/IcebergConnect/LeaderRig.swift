// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import Resources
import TestServers
import TestSupport
import Testing

@testable import Operator

/// What only the leader does, on an API server of this process. Pods are ready as soon as they are said to be.
struct LeaderRig: Sendable {
    let client: KubernetesClient

    /// Leads while `body` plays the user.
    func lead(
        _ ask: @escaping IcebergConnectReconciler.Clusters.Ask = { _ in .notAsked },
        while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let log = Log(level: .error)
        let settings = try OperatorSettings(environment: ["KITTIWAKE_IMAGE": "operator:1"], processIdentity: "test")
        let stores = IcebergConnectStores()
        var reflectors = Reflectors(log: log)
        stores.fill(&reflectors, from: client, namespaces: [])
        let events = EventRecorder(client, controller: "test", instance: "test", clock: ContinuousClock(), log: log)
        let term = IcebergConnectTerm(
            stores,
            client,
            events,
            settings,
            Metrics(),
            log,
            { _, _, _ in throw ImageFailure(reason: "Unexpected", message: "nothing is to be transferred") },
            ask: ask
        )
        let stage = reflectors.stage
        let (ready, stop) = (Latch(), Latch())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await stage.run(ready, stop) }
            try await ready.wait()
            group.addTask { await term.run(until: stop, while: { true }) }
            try await body()
            stop.open()
            try await group.waitForAll()
        }
    }

    func create(_ name: String, _ change: (inout JSON) -> Void = { _ in }) async throws {
        var manifest: JSON = [
            "apiVersion": .string(IcebergConnect.kind.apiVersion), "kind": "IcebergConnect",
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": [
                "images": ["worker": ["image": "worker:1"], "coordinator": ["image": "coordinator:1"]],
                "worker": ["kafka": ["bootstrapServers": "kafka:9092"]],
                "coordinator": [
                    "job": [
                        "controlTopic": "control", "groupId": .string(name),
                        "catalogProperties": ["type": "hive", "uri": "thrift://hive:9083"],
                    ]
                ],
            ],
        ]
        change(&manifest)
        _ = try await client.create(IcebergConnect.kind, namespace: "default", manifest)
    }

    /// Makes all pods ready, once there are Deployments for them.
    func start(_ name: String) async throws {
        for deployment in ["kafka-connect-workers-\(name)-workers", "iceberg-job-manager-\(name)"] {
            let key = ObjectKey(namespace: "default", name: deployment)
            let made = try await eventually { try await client.get(Deployment.self, key) }
            let pods = JSON.integer(Int64(made.replicas))
            let body: JSON = [
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": .string(deployment), "namespace": "default"],
                "status": [
                    "observedGeneration": .integer(made.metadata.generation ?? 0), "replicas": pods,
                    "updatedReplicas": pods, "readyReplicas": pods, "availableReplicas": pods,
                ],
            ]
            _ = try await client.applyStatus(ApplyIntent(kind: .deployment, key: key, body: body))
        }
    }

    func status(_ name: String) async throws -> IcebergConnectStatus? {
        try await client.get(IcebergConnect.self, ObjectKey(namespace: "default", name: name))?.status
    }

    func condition(_ type: IcebergConnectCondition, of name: String) async throws -> Condition? {
        try await status(name)?.conditions[type.rawValue]
    }

    func metadata(_ kind: ResourceKind, _ name: String) async throws -> ObjectMeta? {
        try await client.ownership(kind, ObjectKey(namespace: "default", name: name))?.metadata
    }
}
