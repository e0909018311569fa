// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Resources
import TestSupport
import Testing

@Suite
struct IcebergConnectNamesTests {
    static func names(_ name: String, cluster: String? = nil, namespace: String? = nil) throws -> IcebergConnectNames {
        var changes: [Change] = []
        if let cluster { changes.append(.set("worker/clusterName", .string(cluster))) }
        if let namespace { changes.append(.set("worker/namespace", .string(namespace))) }
        var manifest = try Manifest.quickStart()
        for change in changes { change.apply(to: &manifest.object) }
        return IcebergConnectNames(ObjectMeta(name: name, namespace: "shop"), try manifest.read())
    }

    @Test func theNamesAreTheDocumentedOnes() throws {
        let names = try Self.names("orders")
        #expect(names.cluster == "orders-workers")
        #expect(names.groupID == "connect-orders-workers")
        #expect(names.workerConfig == "kafka-connect-worker-config-orders-workers")
        #expect(names.workers == "kafka-connect-workers-orders-workers")
        #expect(names.service == "kafka-connect-service-orders-workers")
        #expect(names.headlessService == "kafka-connect-headless-orders-workers")
        #expect(names.coordinatorConfig == "iceberg-job-manager-config-orders")
        #expect(names.coordinator == "iceberg-job-manager-orders")
        #expect(names.coordinatorService == "iceberg-job-manager-service-orders")
        #expect(names.lease == "iceberg-job-manager-orders-leader")
        #expect(names.restURL == "http://kafka-connect-service-orders-workers.shop.svc:8083")
        #expect(names.rawNames == [:])
    }

    @Test func theLabelsAreTheDocumentedOnes() throws {
        let names = try Self.names("orders", cluster: "sales")
        #expect(
            names.workerLabels == [
                "app": "kafka-connect-workers", "cluster": "sales", "managed-by": "iceberg-connect-operator",
                "app.kubernetes.io/managed-by": "kittiwake",
            ]
        )
        #expect(names.workerSelector == ["app": "kafka-connect-workers", "cluster": "sales", "component": "worker"])
        #expect(
            names.coordinatorLabels == [
                "app": "iceberg-job-manager", "job": "orders", "managed-by": "iceberg-connect-operator",
                "app.kubernetes.io/managed-by": "kittiwake",
            ]
        )
        #expect(
            names.coordinatorSelector == ["app": "iceberg-job-manager", "job": "orders", "component": "coordinator"]
        )
    }

    @Test(
        .rows(20),
        arguments: [
            "a.b", "Über", "x", String(repeating: "a", count: 63), String(repeating: "b", count: 200), "a_b", "-",
            "a b\nc",
        ]
    )
    func everyNameIsLegal(given: String) throws {
        let names = try Self.names(given, cluster: given)
        let labels =
            [
                names.workerConfig, names.workers, names.service, names.headlessService, names.workerPullSecret,
                names.coordinatorConfig, names.coordinator, names.coordinatorService, names.coordinatorPullSecret,
                names.s3Secret,
            ] + names.workerLabels.entries.map(\.value) + names.coordinatorLabels.entries.map(\.value)
        for label in labels {
            #expect(label.count <= 63)
            #expect(label.wholeMatch(of: #/[a-z0-9]([-a-z0-9]*[a-z0-9])?/#) != nil, "\(label)")
        }
        #expect(names.lease.wholeMatch(of: #/[a-z0-9]([-a-z0-9]*[a-z0-9])?/#) != nil)
        #expect(names.groupID == "connect-\(given)")
    }

    @Test(.rows(20)) func namesThatDifferOnlyInIllegalCharactersDoNotCollide() throws {
        let given = ["a.b", "a_b", "a b", "A.b", "a-b"]
        for property in [
            \IcebergConnectNames.workers, \.service, \.workerConfig, \.coordinator, \.lease, \.s3Secret,
        ] {
            let made = try given.map { try Self.names($0, cluster: $0)[keyPath: property] }
            #expect(Set(made).count == given.count, "\(made)")
        }
    }

    @Test(.rows(20)) func aChangedNameIsKeptInAnAnnotation() throws {
        #expect(
            try Self.names("a.b", cluster: "C 1").rawNames == [
                "kafka.iceberg.apache.org/cluster": "C 1", "kafka.iceberg.apache.org/job": "a.b",
            ]
        )
    }

    @Test func theNamespaceIsTheResourcesOwnUnlessGiven() throws {
        #expect(try Self.names("orders").workerNamespace == "shop")
        #expect(try Self.names("orders").coordinatorNamespace == "shop")
        #expect(try Self.names("orders", namespace: "kafka-connect").workerNamespace == "kafka-connect")
    }
}
