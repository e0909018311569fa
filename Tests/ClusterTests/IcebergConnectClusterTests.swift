// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// The whole, on a real cluster: an image from S3, workers that answer, and what happens afterwards.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct IcebergConnectClusterTests {
    /// The quick start with the bed's addresses, one worker, and little processor.
    static func manifest(_ name: String, bucket: String = "my-bucket", job: String) -> String {
        """
        apiVersion: kafka.iceberg.apache.org/v1
        kind: IcebergConnect
        metadata: {name: \(name), namespace: default}
        spec:
          s3Config:
            region: us-east-1
            bucket: \(bucket)
            accessKeyId: kittiwake
            secretAccessKey: kittiwake-secret
            endpoint: http://box.local:7070
          images:
            worker: {s3Path: images/worker-image.tar, tag: v1.0.0}
            coordinator: {s3Path: images/worker-image.tar, tag: v1.0.0}
          worker:
            replicas: 1
            resources: {requests: {cpu: 50m, memory: 256Mi}}
            kafka: {bootstrapServers: "box.local:9092"}
            storage:
              offsetTopic: \(name)-offsets
              configTopic: \(name)-configs
              statusTopic: \(name)-status
          coordinator:
            resources: {requests: {cpu: 20m, memory: 64Mi}}
            job:
              controlTopic: \(job)
              groupId: \(job)
              catalogProperties: {type: hive, uri: "thrift://hive:9083"}
        """
    }

    func phase(of name: String) throws -> String? { try Cluster.get("icebergconnect", name).at("status.phase")?.text }

    func reasons(about name: String) throws -> [String] {
        let events = try Cluster.get("events.events.k8s.io", "--field-selector", "regarding.name=\(name)")
        let sorted = (events["items"]?.elements ?? []).sorted {
            ($0["eventTime"]?.text ?? "") < ($1["eventTime"]?.text ?? "")
        }
        return sorted.compactMap { $0["reason"]?.text }
    }

    @Test(.rows(14, 15, 21, 22, 23, 24, 59, 191))
    func anImageFromS3BecomesWorkersThatAnswer() async throws {
        try Cluster.run("kubectl", "apply", "-f", "-", input: Self.manifest("orders", job: "orders-job"))
        let ready = try await Cluster.eventually("orders is Ready") {
            let resource = try Cluster.get("icebergconnect", "orders")
            return resource.at("status.phase")?.text == "Ready" ? resource : nil
        }
        let phases = ["Pending", "Downloading", "Building", "Deploying", "Ready"]
        let seen = try await Cluster.eventually("an event for each phase") {
            let seen = try reasons(about: "orders").filter { phases.contains($0) }
            return seen.count >= phases.count ? seen : nil
        }
        #expect(seen == phases)

        let deployment = try Cluster.get("deployment", "kafka-connect-workers-orders-workers")
        let image = deployment.at("spec.template.spec.containers")?.elements.first?["image"]?.text ?? ""
        #expect(image.hasPrefix("localhost:5000/iceberg-kafka-connect-worker@sha256:"))
        #expect(ready.at("status.workerStatus.image")?.text == image)
        #expect(ready.at("status.workerStatus.ready")?.number == 1)

        let rest = "http://kafka-connect-service-orders-workers.default.svc.cluster.local:8083"
        #expect(try Cluster.run("curl", "-sf", rest + "/").contains("kafka_cluster_id"))
        // Plug-ins from /app/plugins are loaded although the path was written with a colon.
        #expect(try Cluster.run("curl", "-sf", rest + "/connector-plugins").contains("IcebergSinkConnector"))
    }

    @Test(.rows(36, 52)) func theCommandsOfTheDocumentSelectWhatTheyShouldAndShowNoSecret() async throws {
        for selector in ["app=kafka-connect-workers", "app=iceberg-job-manager"] {
            #expect(try Cluster.get("pods", "-l", selector)["items"]?.elements.isEmpty == false)
        }
        let objects = "configmaps,services,deployments,pods,events.events.k8s.io"
        let everything = try Cluster.run("kubectl", "get", objects, "-o", "yaml")
        let status = try Cluster.get("icebergconnect", "orders")["status"] ?? [:]
        let logs = try Cluster.run("kubectl", "logs", "-n", "iceberg-system", "-l", "app=iceberg-connect-operator")
        for text in [everything, String(decoding: status.jsonBytes, as: UTF8.self), logs] {
            #expect(!text.contains("kittiwake-secret"))
        }
    }

    @Test func theCoordinatorLeadsAndSaysThatItDoesNotCommit() async throws {
        let text = try Cluster.run(
            "kubectl",
            "exec",
            "deployment/iceberg-job-manager-orders",
            "--",
            "curl",
            "-s",
            "http://localhost:8080/status"
        )
        let status: JSON = try JSONDocument(parsing: text.utf8).decode()
        #expect(status["isLeader"] == true)
        #expect(status["committing"] == false)
        let conditions = try Cluster.get("icebergconnect", "orders").at("status.conditions")?.elements ?? []
        let commits = conditions.first { $0["type"] == "CommitsEnabled" }
        #expect(commits?["status"] == "False")
    }

    @Test(.rows(30, 31)) func aWrongBucketFailsWithItsReasonAndDisturbsNobody() async throws {
        let before = try Cluster.get("deployment", "kafka-connect-workers-orders-workers")["metadata"]?["generation"]
        let manifest = Self.manifest("lost", bucket: "no-such-bucket", job: "lost-job")
        try Cluster.run("kubectl", "apply", "-f", "-", input: manifest)
        let reason = try await Cluster.eventually("lost has failed") {
            let resource = try Cluster.get("icebergconnect", "lost")
            guard resource.at("status.phase")?.text == "Failed" else { return nil as String? }
            return resource.at("status.conditions")?.elements.first { $0["type"] == "Ready" }?["reason"]?.text
        }
        #expect(reason == "BucketNotFound")
        #expect(try phase(of: "orders") == "Ready")
        let after = try Cluster.get("deployment", "kafka-connect-workers-orders-workers")["metadata"]?["generation"]
        #expect(before == after)
        try Cluster.run("kubectl", "delete", "icebergconnect", "lost", "--timeout=60s")
    }

    @Test(.rows(37, 72)) func aSecondResourceForTheSameJobIsRefusedUntilTheFirstGoes() async throws {
        try Cluster.run("kubectl", "apply", "-f", "-", input: Self.manifest("second", job: "orders-job"))
        let message = try await Cluster.eventually("second is refused") {
            let resource = try Cluster.get("icebergconnect", "second")
            return resource.at("status.phase")?.text == "Failed" ? resource.at("status.message")?.text : nil
        }
        #expect(message.contains("default/orders"))
        try Cluster.run("kubectl", "delete", "icebergconnect", "second", "--timeout=60s")
    }

    @Test(.rows(18)) func deletingRemovesExactlyItsOwnObjects() async throws {
        try Cluster.run("kubectl", "create", "configmap", "bystander")
        try Cluster.run("kubectl", "label", "configmap", "bystander", "managed-by=iceberg-connect-operator")
        try Cluster.run("kubectl", "delete", "icebergconnect", "orders", "--timeout=60s")
        let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
        let left = try await Cluster.eventually("only the bystander is left") {
            let objects = try Cluster.get(kinds, "-l", "managed-by=iceberg-connect-operator")
            let names = (objects["items"]?.elements ?? []).compactMap { $0.at("metadata.name")?.text }
            return names.count == 1 ? names : nil
        }
        #expect(left == ["bystander"])
        try Cluster.run("kubectl", "delete", "configmap", "bystander")
    }
}
