// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import JSON
import KubernetesClient
import KubernetesModel
import TestServers

/// The API server of the test bed, with the kind that these tests use.
enum RealServer {
    static func client() async throws -> KubernetesClient {
        let cluster = try await LightCluster.shared()
        let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
        let client = KubernetesClient(access)
        _ = try await client.apply(widgetDefinition)
        _ = try await eventually { try? await client.page(Widget.self, .everything) }
        return client
    }

    /// A namespace of its own for each test.
    static func namespace(_ client: KubernetesClient) async throws -> String {
        let name = "t-\(UUID().uuidString.lowercased())"
        _ = try await client.create(
            .namespace,
            namespace: nil,
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        )
        return name
    }

    static func widget(_ key: ObjectKey, text: String, size: Int = 1) -> ApplyIntent {
        ApplyIntent(
            kind: Widget.kind,
            key: key,
            body: [
                "apiVersion": "kittiwake.example/v1", "kind": "Widget",
                "metadata": ["name": .string(key.name), "namespace": key.namespace.map { .string($0) }],
                "spec": ["text": .string(text), "size": .integer(Int64(size))],
            ]
        )
    }
}

/// Asks until there is an answer; the suite's time limit ends it.
func eventually<Value>(_ ask: () async throws -> Value?) async throws -> Value {
    while true {
        if let value = try await ask() { return value }
        try Task.checkCancellation()
        await Task.yield()
    }
}
