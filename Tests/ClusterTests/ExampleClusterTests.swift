// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// The examples as they stand, but for addresses, credentials, and what one broker and two cores can promise. Connect
/// itself runs in one of them.
@Suite(.timeLimit(.minutes(8)))
struct ExampleClusterTests {
    @Test(.rows(3)) func theDevelopmentExampleBecomesReady() async throws {
        try await Cluster.apply(
            try BedValues.example(
                "iceberg-connect-development.yaml",
                (#"bucket: "dev-images""#, #"bucket: "my-bucket""#),
                ("images/worker-image.tar", "images/stand-in-worker.tar"),
                (#"accessKeyId: "minioadmin""#, #"accessKeyId: "kittiwake""#),
                (#"secretAccessKey: "minioadmin""#, #"secretAccessKey: "kittiwake-secret""#),
                ("http://minio:9000", BedValues.storage),
                ("kafka:9092", BedValues.kafka),
                (#"cpu: "250m""#, #"cpu: "50m""#)
            )
        )
        let ready = try await Cluster.resource("iceberg-development", is: "Ready")
        // A catalogue in the memory of one process is of no use to another.
        #expect(ready.condition("CatalogSupported")?["status"] == "False")
        try await Cluster.kubectl("delete", "icebergconnect", "iceberg-development", "--timeout=60s")
    }

    /// Over SASL_SSL with SCRAM, in another namespace than the resource.
    @Test(.rows(3, 18, 47)) func theProductionExampleBecomesReadyInANamespaceOfItsOwn() async throws {
        try await Cluster.makeNamespace("kafka-connect")
        let authority = try String(contentsOf: Bed.directory.appendingPathComponent("pki/ca.crt"), encoding: .utf8)
        let certificates = authority.replacingOccurrences(of: "\n", with: "\n        ")
        try await Cluster.apply(
            try BedValues.example(
                "iceberg-connect-production.yaml",
                (#"region: "us-west-2""#, "region: us-east-1\n    endpoint: \(BedValues.storage)"),
                (#"bucket: "my-production-bucket""#, #"bucket: "my-bucket""#),
                (#"accessKeyId: "AKIA...""#, #"accessKeyId: "kittiwake""#),
                (#"secretAccessKey: "secret...""#, #"secretAccessKey: "kittiwake-secret""#),
                ("registry.example.com:5000", "localhost:5000"),
                ("kafka-1:9092,kafka-2:9092,kafka-3:9092", "box.local:9093"),
                (#"username="kafka-user""#, #"username="kittiwake""#),
                (#"password="kafka-password""#, #"password="kittiwake-secret""#),
                ("replicas: 3", "replicas: 1"),
                ("ReplicationFactor: 3", "ReplicationFactor: 1"),  // of one broker
                (#"cpu: "1000m""#, #"cpu: "50m""#),
                (#"cpu: "500m""#, #"cpu: "50m""#),
                // An authority that Java does not know.
                (
                    "    performance:\n",
                    """
                        config:
                          plugin.discovery: service_load
                          ssl.truststore.type: PEM
                          ssl.truststore.certificates: |
                            \(certificates)
                        performance:

                    """
                )
            )
        )
        let ready = try await Cluster.resource("iceberg-production", is: "Ready")
        #expect(ready.at("status.workerStatus.ready")?.number == 1)
        let namespace = "kafka-connect"
        let configuration = "kafka-connect-worker-config-production-workers"
        let shown = try await Cluster.get("configmap", configuration, "-n", namespace)
        #expect(shown.at("data")?["connect-distributed.properties"]?.text?.contains("kittiwake-secret") == false)

        // A connector's own producer reaches the brokers as the workers do.
        let connector = """
            {"connector.class":"FileStreamSource","tasks.max":"1","file":"/etc/hosts","topic":"production-lines",
            "topic.creation.default.partitions":"1","topic.creation.default.replication.factor":"1",
            "value.converter":"org.apache.kafka.connect.storage.StringConverter"}
            """
        let service = "kafka-connect-service-production-workers.\(namespace).svc.cluster.local"
        try await Bed.run(
            "curl",
            "-sf",
            "--retry",
            "10",
            "--retry-all-errors",
            "-X",
            "PUT",
            "-H",
            "Content-Type: application/json",
            "-d",
            connector,
            "http://\(service):8083/connectors/lines/config"
        )
        _ = try await Cluster.eventually("records arrive") {
            let end = try await Bed.call(
                ["testbed/bed", "kafka", "tools.GetOffsetShell", "--topic", "production-lines"],
                ""
            )
            let count = end.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) } ?? 0
            return count > 0 ? true : nil
        }

        // No owner reference reaches another namespace: the operator itself removes what it made there.
        try await Cluster.kubectl("delete", "icebergconnect", "iceberg-production", "--timeout=60s")
        let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
        _ = try await Cluster.eventually("nothing is left in the other namespace") {
            let selector = "app.kubernetes.io/managed-by=kittiwake"
            return try await Cluster.get(kinds, "-n", namespace, "-l", selector).items.isEmpty ? true : nil
        }
        try await Cluster.deleteNamespace(namespace)
    }
}
