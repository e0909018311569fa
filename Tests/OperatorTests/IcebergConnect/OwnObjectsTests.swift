// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesModel
import Resources
import TestServers
import TestSupport
import Testing

@testable import Operator

/// Whose the objects are, for an operator that works.
@Suite(.timeLimit(.minutes(5)))
struct OwnObjectsTests {
    /// What users and tools do to an object of ours.
    enum Mark: CaseIterable {
        case ownerReferences
        case managedBy

        var removal: JSON {
            switch self {
            case .ownerReferences: ["metadata": ["ownerReferences": JSON.null]]
            case .managedBy: ["metadata": ["labels": ["app.kubernetes.io/managed-by": "Helm"]]]
            }
        }
    }

    static let objects: [(kind: ResourceKind, name: String)] = [
        (.service, "kafka-connect-service-orders-workers"), (.configMap, "kafka-connect-worker-config-orders-workers"),
        (.deployment, "iceberg-job-manager-orders"),
    ]

    func removeMarks(_ mark: Mark, _ rig: LeaderRig) async throws {
        for (kind, name) in Self.objects {
            let key = ObjectKey(namespace: "default", name: name)
            _ = try await eventually { try await rig.metadata(kind, name) }
            _ = try await rig.client.merge(kind, key, mark.removal)
        }
    }

    @Test(arguments: Mark.allCases) func aRemovedMarkIsPutBackAlsoWhileNothingIsReady(_ mark: Mark) async throws {
        try await withAPIServer { _, access in
            let rig = LeaderRig(client: KubernetesClient(access))
            try await rig.lead {
                try await rig.create("orders")
                try await removeMarks(mark, rig)
                for (kind, name) in Self.objects {
                    _ = try await eventually { () -> Bool? in
                        guard let metadata = try await rig.metadata(kind, name) else { return nil }
                        let isMarked = metadata.labels["app.kubernetes.io/managed-by"] == "kittiwake"
                        return metadata.controller?.name == "orders" && isMarked ? true : nil
                    }
                }
                #expect(try await rig.condition(.nameConflict, of: "orders")?.status == .false)
            }
        }
    }

    @Test(arguments: Mark.allCases) func whatLostItsMarkGoesWithTheResource(_ mark: Mark) async throws {
        try await withAPIServer { _, access in
            let rig = LeaderRig(client: KubernetesClient(access))
            try await rig.lead {
                try await rig.create("orders")
                for (kind, name) in Self.objects { _ = try await eventually { try await rig.metadata(kind, name) } }
            }
            // While nobody leads.
            try await removeMarks(mark, rig)
            let key = ObjectKey(namespace: "default", name: "orders")
            let uid = try await rig.client.get(IcebergConnect.self, key)?.metadata.uid
            try await rig.client.delete(IcebergConnect.kind, key, uid: uid ?? "")
            try await rig.lead {
                _ = try await eventually { try await rig.status("orders") == nil ? true : nil }
            }
            for (kind, name) in Self.objects { #expect(try await rig.metadata(kind, name) == nil, "\(kind.kind)") }
        }
    }

    @Test func whoIsRefusedShowsNothingOfItsRival() async throws {
        try await withAPIServer { _, access in
            let rig = LeaderRig(client: KubernetesClient(access))
            try await rig.lead { _ in
                .version("4.1.0")
            } while: {
                try await rig.create("first")
                try await rig.start("first")
                _ = try await eventually { try await rig.status("first")?.phase == .ready ? true : nil }
                try await rig.create("second") { $0["spec"]?["worker"]?["clusterName"] = "first-workers" }
                let refused = try await eventually { () -> IcebergConnectStatus? in
                    let status = try await rig.status("second")
                    return status?.conditions["Accepted"]?.status == .false ? status : nil
                }
                #expect(refused.conditions["Accepted"]?.reason == "DuplicateCluster")
                #expect(refused.workerStatus == nil && refused.selector == nil && refused.connect == nil)
                #expect(try await rig.status("first")?.workerStatus?.ready == 3)
            }
        }
    }
}
