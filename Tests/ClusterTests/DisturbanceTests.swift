// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// Parts of the cluster go away while there is work. These tests run alone, as they would disturb all others.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct DisturbanceTests {
    private static let namespace = "disturbed"
    private let workers = "kafka-connect-workers-orders-workers"
    private let leaseName = "iceberg-connect-operator-leader"

    /// The image is large and goes to a repository of its own: the leader is killed in the middle of its layers.
    @Test(.rows(29)) func whenTheLeaderIsKilledTheOtherGoesOnAndSendsNothingTwice() async throws {
        try await Cluster.makeNamespace(Self.namespace)
        var manifest = ResourceManifest(name: "orders", namespace: Self.namespace)
        manifest.worker = "s3Path: images/worker-image.tar, tag: v1.0.0, registry: \"localhost:5000/disturbed\""
        let leader = try await holder()
        try await Cluster.apply(manifest.text)
        _ = try await Cluster.eventually("a layer has been sent") { try layersSent().isEmpty ? nil : true }
        try await Cluster.kubectl("delete", "pod", leader, "-n", "iceberg-system", "--grace-period=0", "--force")
        let sentBefore = try layersSent()

        let taken = "--for=jsonpath={.status.phase}=Deploying"
        try await Cluster.kubectl(
            "wait",
            "-n",
            Self.namespace,
            "icebergconnect/orders",
            taken,
            "--timeout=120s"
        )
        let successor = try await holder()
        #expect(successor != leader)
        let sent = try layersSent()
        #expect(Set(sent).count == sent.count, "a layer was sent twice")
        #expect(Set(sentBefore).isSubset(of: Set(sent)))
        let names = try await children()
        #expect(Set(names).count == names.count)
        #expect(names.count { $0.hasPrefix("deployment") } == 2)
    }

    @Test func whatIsWantedWhileTheAPIServerIsAwayComesAbout() async throws {
        let before = try await children()
        // The operator has just begun with this when the server goes.
        try await Cluster.kubectl("scale", "icebergconnect", "orders", "-n", Self.namespace, "--replicas=2")
        try await Bed.command("stop", "kube-apiserver")
        try await Bed.command("up")
        try await Cluster.kubectl("scale", "icebergconnect", "orders", "-n", Self.namespace, "--replicas=3")
        let scaled = "--for=jsonpath={.spec.replicas}=3"
        try await Cluster.kubectl("wait", "-n", Self.namespace, "deployment/\(workers)", scaled, "--timeout=120s")
        let after = try await children()
        #expect(after == before)
    }

    @Test(.rows(19)) func aDeletionWhileNoOperatorRunsIsCompletedAfterwards() async throws {
        let operators = ["scale", "deployment", "iceberg-connect-operator", "-n", "iceberg-system"]
        _ = try await Bed.call(["testbed/bed", "kubectl"] + operators + ["--replicas=0"], "")
        let selector = "app=iceberg-connect-operator"
        try await Cluster.kubectl(
            "wait",
            "--for=delete",
            "pod",
            "-n",
            "iceberg-system",
            "-l",
            selector,
            "--timeout=60s"
        )
        try await Cluster.kubectl("delete", "icebergconnect", "orders", "-n", Self.namespace, "--wait=false")
        let waiting = try await Cluster.get("icebergconnect", "orders", "-n", Self.namespace)
        #expect(waiting.at("metadata.deletionTimestamp") != nil)
        _ = try await Bed.call(["testbed/bed", "kubectl"] + operators + ["--replicas=2"], "")
        try await Cluster.kubectl(
            "wait",
            "--for=delete",
            "icebergconnect/orders",
            "-n",
            Self.namespace,
            "--timeout=120s"
        )
        _ = try await Cluster.eventually("nothing is left") { try await children().isEmpty ? true : nil }
        try await Cluster.deleteNamespace(Self.namespace)
    }

    private func holder() async throws -> String {
        let lease = try await Cluster.get("lease", leaseName, "-n", "iceberg-system")
        return lease.at("spec.holderIdentity")?.text ?? ""
    }

    /// The digests of layers that the registry has taken whole for the workers' repository, one for each time.
    private func layersSent() throws -> [String] {
        let log = try String(contentsOf: Bed.directory.appendingPathComponent("log/registry.log"), encoding: .utf8)
        let uploads = "/v2/disturbed/iceberg-kafka-connect-worker/blobs/uploads/"
        return log.split(separator: "\n").filter { $0.contains("\"PUT \(uploads)") && $0.contains(" 201 ") }
            .compactMap { $0.firstMatch(of: /digest=(sha256[^& ]+)/).map { String($0.1) } }
    }

    private func children() async throws -> [String] {
        let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
        let selector = "app.kubernetes.io/managed-by=kittiwake"
        return try await Cluster.get(kinds, "-n", Self.namespace, "-l", selector).items
            .map { "\($0["kind"]?.text?.lowercased() ?? "") \($0.name ?? "")" }.sorted()
    }
}
