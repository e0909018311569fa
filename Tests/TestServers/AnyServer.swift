// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import JSON
package import KubernetesClient
internal import KubernetesModel
internal import TestSupport

/// Both API servers, for tests that hold on either.
package enum AnyServer: String, CaseIterable, Sendable {
    case inProcess
    case real

    /// Runs `body` with a client and a namespace of its own. The kind ``Widget`` is there.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable (_ client: KubernetesClient, _ namespace: String) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .inProcess:
            try await withAPIServer { _, access in
                let client = KubernetesClient(access)
                return try await body(client, try await Self.namespace(client))
            }
        case .real:
            try await {
                let cluster = try await LightCluster.shared()
                let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
                let client = KubernetesClient(access)
                _ = try await client.apply(Widget.definition)
                // The kind is served a moment after its definition is there.
                _ = try await eventually { try? await client.page(Widget.self, .everything) }
                return try await body(client, try await Self.namespace(client))
            }()
        }
    }

    package static func namespace(_ client: KubernetesClient) async throws -> String {
        let name = "t-\(UUID().uuidString.lowercased())"
        _ = try await client.create(
            ResourceKind(group: "", version: "v1", kind: "Namespace", plural: "namespaces", scope: .cluster),
            namespace: nil,
            ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
        )
        return name
    }
}
