// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesModel
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RealServerTests {
    @Test func aClientIsKnownByTheKubeconfigsCertificate() async throws {
        let cluster = try await LightCluster.shared()
        let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
        let client = KubernetesClient(access)
        let namespaces = try await client.page(PartialObject<NamespaceTag>.self, .everything)
        #expect(namespaces.items.contains { $0.metadata.name == "default" })
    }
}

enum NamespaceTag: KindOfObject {
    static let kind = ResourceKind.namespace
}
