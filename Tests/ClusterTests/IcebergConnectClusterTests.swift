// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// The whole, on a real cluster and with real Kafka Connect: an image from S3, workers that answer, and what happens
/// afterwards.
///
/// One resource goes through all of it, because real workers take long and most of a small machine to start: the first
/// test makes it, the last deletes it, and the others need it in between, in this order. A filter has to name the suite.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct IcebergConnectClusterTests {
    static let rest = "http://kafka-connect-service-orders-workers.default.svc.cluster.local:8083"

    @Test(.rows(14, 15, 21, 22, 23, 24, 50, 59, 191))
    func anImageFromS3BecomesWorkersThatAnswer() async throws {
        var orders = ResourceManifest(name: "orders", replicas: 2, job: "orders")
        orders.worker = "s3Path: images/worker-image.tar, tag: v1.0.0"
        orders.settings = ["config: {plugin.discovery: service_load}"]
        try await Cluster.apply(orders.text)
        let ready = try await Cluster.resource("orders", is: "Ready")
        let phases = ["Pending", "Downloading", "Building", "Deploying", "Ready"]
        let seen = try await Cluster.eventually("an event for each phase") {
            let seen = try await Cluster.reasons(about: ready).filter { phases.contains($0) }
            return seen.count >= phases.count ? seen : nil
        }
        #expect(seen == phases)

        let deployment = try await Cluster.get("deployment", "kafka-connect-workers-orders-workers")
        let image = deployment.image ?? ""
        #expect(image.hasPrefix("localhost:5000/iceberg-kafka-connect-worker@sha256:"))
        #expect(ready.at("status.workerStatus.image")?.text == image)
        #expect(ready.at("status.workerStatus.ready")?.number == 2)

        let answer = try await Bed.run("curl", "-sf", Self.rest + "/")
        #expect(answer.contains("kafka_cluster_id"))
        // Plug-ins from /app/plugins are loaded although the path was written with a colon.
        let plugins = try await Bed.run("curl", "-sf", Self.rest + "/connector-plugins")
        #expect(plugins.contains("IcebergSinkConnector"))
        let topics = try await Bed.call(["testbed/bed", "kafka", "tools.TopicCommand", "--list"], "").split(
            separator: "\n"
        )
        #expect(Set(["orders-offsets", "orders-configs", "orders-status"]).isSubset(of: topics.map(String.init)))
    }

    @Test(.rows(35)) func bothServicesLeadToTheWorkers() async throws {
        let headless = "kafka-connect-headless-orders-workers.default.svc.cluster.local"
        let answer = try await Bed.run("curl", "-sf", "http://\(headless):8083/")
        #expect(answer.contains("kafka_cluster_id"))
        let addresses = try await Bed.run("getent", "ahostsv4", headless).split(separator: "\n")
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let pods = try await podAddresses()
        #expect(Set(addresses) == Set(pods))
    }

    /// Only the group's leader takes a new connector; whoever else is asked has to pass it on.
    @Test(.rows(51)) func aRequestReachesTheLeaderThroughEachWorker() async throws {
        for (number, address) in try await podAddresses().enumerated() {
            let configuration = """
                {"connector.class":"FileStreamSource","tasks.max":"1","file":"/tmp/none","topic":"orders-lines"}
                """
            try await Bed.run(
                "curl",
                "-sf",
                "--retry",
                "20",
                "--retry-all-errors",
                "--retry-delay",
                "1",
                "-X",
                "PUT",
                "-H",
                "Content-Type: application/json",
                "-d",
                configuration,
                "http://\(address):8083/connectors/lines-\(number)/config"
            )
        }
        let connectors = try await Bed.run("curl", "-sf", Self.rest + "/connectors")
        #expect(connectors.contains("lines-0") && connectors.contains("lines-1"))
    }

    @Test(.rows(36, 52)) func theCommandsOfTheDocumentSelectWhatTheyShouldAndShowNoSecret() async throws {
        for selector in ["app=kafka-connect-workers", "app=iceberg-job-manager"] {
            let pods = try await Cluster.get("pods", "-l", selector).items
            #expect(!pods.isEmpty)
        }
        let objects = "configmaps,services,deployments,pods,events.events.k8s.io"
        let everything = try await Cluster.kubectl("get", objects, "-A", "-o", "yaml")
        let status = try await Cluster.get("icebergconnect", "orders")["status"] ?? [:]
        for text in [everything, String(decoding: status.jsonBytes, as: UTF8.self), try await operatorLogs()] {
            #expect(!text.contains("kittiwake-secret"))
        }
    }

    @Test(.rows(198)) func eachLogLineAboutAResourceNamesIt() async throws {
        let lines = try await operatorLogs().split(separator: "\n").map { try Cluster.parse(String($0)) }
        #expect(lines.allSatisfy { $0["message"]?.text != nil && $0["level"]?.text != nil })
        let reconciles = lines.filter { $0["reconcile"] != nil }
        #expect(!reconciles.isEmpty)
        // Written outside of a reconcile, and about a resource all the same.
        let others = lines.filter { ["Dropped event", "The API server warned"].contains($0["message"]?.text) }
        #expect((reconciles + others).allSatisfy { $0["namespace"]?.text != nil && $0["name"]?.text != nil })
    }

    @Test func theCoordinatorLeadsAndSaysThatItDoesNotCommit() async throws {
        let program = ["--", "curl", "-s", "http://localhost:8080/status"]
        let text = try await Bed.call(
            ["testbed/bed", "kubectl", "exec", "deployment/iceberg-job-manager-orders"] + program,
            ""
        )
        let status = try Cluster.parse(text)
        #expect(status["isLeader"] == true)
        #expect(status["committing"] == false)
        let logs = try await Cluster.kubectl("logs", "deployment/iceberg-job-manager-orders")
        #expect(logs.contains("does not commit"))
        let resource = try await Cluster.get("icebergconnect", "orders")
        let commits = resource.condition("CommitsEnabled")
        #expect(commits?["status"] == "False")
        #expect(commits?["message"]?.text?.contains("not commit") == true)
        // The image from S3 has the program kittiwake in it.
        #expect(resource.condition("CoordinatorImageUsed")?["status"] == "True")
    }

    @Test(.rows(71)) func aWorkerThatGoesDoesNotRestartTheCoordinator() async throws {
        func coordinator() async throws -> JSON? {
            try await Cluster.get("pods", "-l", "app=iceberg-job-manager,job=orders").items.first
        }
        let before = try await coordinator()?.at("metadata.uid")
        let pods = try await Cluster.get("pods", "-l", "app=kafka-connect-workers,cluster=orders-workers").items
        let victim = try #require(pods.first?.name)
        try await Cluster.kubectl("delete", "pod", victim, "--grace-period=0", "--force")
        // Connectors of the worker that went are given to the one that stayed.
        let rest = "\(Self.rest)/connectors/lines-0/status"
        _ = try await Cluster.eventually("the connector runs again") {
            let status = try? await Bed.run("curl", "-sf", "--max-time", "5", rest)  // asked again
            return status?.contains(#""state":"RUNNING""#) == true ? true : nil
        }
        let after = try await coordinator()
        #expect(after?.at("metadata.uid") == before)
        let containers = after?.at("status.containerStatuses")?.elements ?? []
        #expect(containers.allSatisfy { $0["restartCount"]?.number == 0 })
    }

    @Test(.rows(30, 31)) func aWrongBucketFailsWithItsReasonAndDisturbsNobody() async throws {
        let before = try await generation(of: "kafka-connect-workers-orders-workers")
        try await Cluster.apply(ResourceManifest(name: "lost", bucket: "no-such-bucket").text)
        let lost = try await Cluster.resource("lost", is: "Failed")
        #expect(lost.condition("Ready")?["reason"]?.text == "BucketNotFound")
        let after = try await generation(of: "kafka-connect-workers-orders-workers")
        #expect(after == before)
        try await Cluster.kubectl("delete", "icebergconnect", "lost", "--timeout=60s")
    }

    /// That it takes over when the first goes: `OperatorOnAServerTests`, on a real API server too.
    @Test(.rows(72)) func aSecondResourceForTheSameJobIsRefused() async throws {
        try await Cluster.apply(ResourceManifest(name: "second", job: "orders").text)
        let second = try await Cluster.resource("second", is: "Failed")
        #expect(second.at("status.message")?.text?.contains("default/orders") == true)
        let accepted = second.condition("Accepted")
        #expect(accepted?["status"] == "False" && accepted?["reason"]?.text == "DuplicateJob")
        try await Cluster.kubectl("delete", "icebergconnect", "second", "--timeout=60s")
    }

    @Test(.rows(18)) func deletingRemovesExactlyItsOwnObjects() async throws {
        let selector = "managed-by=iceberg-connect-operator"
        try await Cluster.kubectl("create", "configmap", "bystander")
        try await Cluster.kubectl("label", "configmap", "bystander", selector)
        try await Cluster.kubectl("delete", "icebergconnect", "orders", "--timeout=60s")
        let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
        let left = try await Cluster.eventually("only the bystander is left") {
            let names = try await Cluster.get(kinds, "-l", selector).items.compactMap(\.name)
                .filter { $0.contains("orders") || $0 == "bystander" }
            return names.count == 1 ? names : nil
        }
        #expect(left == ["bystander"])
        try await Cluster.kubectl("delete", "configmap", "bystander")
    }

    private func generation(of deployment: String) async throws -> Int64? {
        try await Cluster.get("deployment", deployment).at("metadata.generation")?.number
    }

    private func podAddresses() async throws -> [String] {
        let pods = try await Cluster.get("pods", "-l", "app=kafka-connect-workers,cluster=orders-workers")
        return pods.items.compactMap { $0.at("status.podIP")?.text }
    }

    private func operatorLogs() async throws -> String {
        let selector = "app=iceberg-connect-operator"
        return try await Cluster.kubectl("logs", "-n", "iceberg-system", "-l", selector, "--tail=-1")
    }
}
