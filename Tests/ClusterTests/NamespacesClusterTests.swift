// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// The same names in several namespaces.
@Suite(.timeLimit(.minutes(8)))
struct NamespacesClusterTests {
    private let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
    private let selector = "app.kubernetes.io/managed-by=kittiwake"

    @Test(.rows(18)) func namesakesInTwoNamespacesKnowNothingOfEachOther() async throws {
        for namespace in ["east", "west"] {
            try await Cluster.makeNamespace(namespace)
            try await Cluster.apply(ResourceManifest(name: "orders", namespace: namespace).text)
        }
        for namespace in ["east", "west"] {
            let resource = try await Cluster.resource("orders", in: namespace, is: "Ready")
            let uid = try #require(resource.at("metadata.uid"))
            let objects = try await objects(in: namespace)
            #expect(objects.count >= 11)
            for object in objects {
                let owners = object.at("metadata.ownerReferences")?.elements ?? []
                #expect(owners.map { $0["uid"] } == [uid], "\(object["kind"]?.text ?? "") \(object.name ?? "")")
            }
        }
        let before = try await objects(in: "west").map { $0.at("metadata.uid")?.text ?? "" }.sorted()
        try await Cluster.kubectl("delete", "icebergconnect", "orders", "-n", "east", "--timeout=60s")
        _ = try await Cluster.eventually("nothing is left of the one in east") {
            try await objects(in: "east").isEmpty ? true : nil
        }
        let after = try await objects(in: "west").map { $0.at("metadata.uid")?.text ?? "" }.sorted()
        #expect(after == before)
        let west = try await Cluster.get("icebergconnect", "orders", "-n", "west")
        #expect(west.at("status.phase")?.text == "Ready")
        for namespace in ["east", "west"] { try await Cluster.deleteNamespace(namespace) }
    }

    private func objects(in namespace: String) async throws -> [JSON] {
        try await Cluster.get(kinds, "-n", namespace, "-l", selector).items
    }
}
