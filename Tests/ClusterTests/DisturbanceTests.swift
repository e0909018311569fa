// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// Parts of the cluster go away while there is work. These tests run alone, as they would disturb all others, and in this
/// order: what came about in spite of the first disturbance is what the next ones meet, and the last test deletes it. A
/// filter has to name the suite.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct DisturbanceTests {
    private static let namespace = "disturbed"
    private let workers = "kafka-connect-workers-orders-workers"
    private let leaseName = "iceberg-connect-operator-leader"

    /// The image is large and goes to a repository of its own: the leader is killed in the middle of its layers. A layer
    /// that was in hand at that moment may come from both, because its digest is known only at its end.
    @Test func whenTheLeaderIsKilledTheOtherGoesOnAndMakesNothingTwice() async throws {
        let repository = "disturbed-\(ProcessInfo.processInfo.processIdentifier)"
        try await Cluster.makeNamespace(Self.namespace)
        var manifest = ResourceManifest(name: "orders", namespace: Self.namespace)
        manifest.worker = "s3Path: images/worker-image.tar, tag: v1.0.0, registry: \"localhost:5000/\(repository)\""
        let leader = try await holder()
        try await Cluster.apply(manifest.text)
        _ = try await Cluster.eventually("a layer has been sent") {
            try written(to: repository, "blobs/uploads").isEmpty ? nil : true
        }
        try await Cluster.kubectl("delete", "pod", leader, "-n", "iceberg-system", "--grace-period=0", "--force")

        let taken = "--for=jsonpath={.status.phase}=Deploying"
        try await Cluster.kubectl("wait", "-n", Self.namespace, "icebergconnect/orders", taken, "--timeout=120s")
        let successor = try await holder()
        #expect(successor != leader)
        #expect(try written(to: repository, "manifests").count == 1)
        // Nobody sends a layer twice.
        let layers = try written(to: repository, "blobs/uploads")
        #expect(Set(layers).count == layers.count)
        let names = try await children()
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

    /// What the registry has taken for the workers' repository: who sent it, and its digest, once for each time.
    private func written(to repository: String, _ kind: String) throws -> [String] {
        let log = try String(contentsOf: Bed.directory.appendingPathComponent("log/registry.log"), encoding: .utf8)
        let path = "\"PUT /v2/\(repository)/iceberg-kafka-connect-worker/\(kind)/"
        return log.split(separator: "\n").filter { $0.contains(path) && $0.contains(" 201 ") }.map { line in
            let digest = line.firstMatch(of: /digest=(sha256[^& ]+)/).map { String($0.1) }
            return "\(line.prefix { $0 != " " }) \(digest ?? "")"
        }
    }

    private func children() async throws -> [String] {
        let kinds = "configmaps,secrets,services,deployments,leases,roles,rolebindings,serviceaccounts"
        let selector = "app.kubernetes.io/managed-by=kittiwake"
        return try await Cluster.get(kinds, "-n", Self.namespace, "-l", selector).items
            .map { "\($0["kind"]?.text?.lowercased() ?? "") \($0.name ?? "")" }.sorted()
    }
}
