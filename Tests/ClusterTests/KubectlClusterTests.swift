// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// What `kubectl` makes of a resource: columns, explanations, scaling. Its images are ready ones, without any S3.
///
/// One resource goes through all of it, as a user's does: the first test makes it, each one leaves it as the next expects
/// it, and the last deletes it. With one for each test there would be more pods at a time than two processors bear. A
/// filter has to name the suite.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct KubectlClusterTests {
    private static let namespace = "ready-images"
    private let workers = "kafka-connect-workers-orders-workers"

    @Test(.rows(32)) func readyImagesAreUsedAsTheyAreNamed() async throws {
        try await Cluster.makeNamespace(Self.namespace)
        let image = "registry.local:5000/stand-in-worker:1"
        var manifest = ResourceManifest(name: "orders", namespace: Self.namespace, storageKeys: nil)
        manifest.worker = "image: \"\(image)\""
        manifest.coordinator = "image: \"registry.local:5000/iceberg-connect-operator:test\""
        try await Cluster.apply(manifest.text)
        let ready = try await Cluster.resource("orders", in: Self.namespace, is: "Ready")
        let deployment = try await get("deployment", workers)
        #expect(deployment.image == image)
        #expect(ready.at("status.workerStatus.image")?.text == image)
        let reasons = try await Cluster.reasons(about: ready)
        #expect(!reasons.contains("Downloading") && reasons.contains("Deploying"))
    }

    @Test(.rows(13)) func columnsTellHowFarEachResourceIs() async throws {
        let table = try await Cluster.kubectl("get", "icebergconnects", "-A").split(separator: "\n")
        let head = "NAMESPACE NAME PHASE WORKERS-READY WORKERS-DESIRED COORDINATORS-READY COORDINATORS-DESIRED AGE"
        #expect(words(table[0]) == head.split(separator: " "))
        let row = try #require(table.first { $0.hasPrefix(Self.namespace) })
        #expect(words(row).dropLast() == [Substring(Self.namespace), "orders", "Ready", "1", "1", "1", "1"])
        let wide = try await Cluster.kubectl("get", "ibc", "-n", Self.namespace, "-o", "wide").split(separator: "\n")
        #expect(words(wide[0]).suffix(2) == ["REASON", "MESSAGE"])
    }

    @Test(.rows(224)) func everyFieldIsExplained() async throws {
        let one = try await Cluster.kubectl("explain", "icebergconnect.spec.worker.kafka.bootstrapServers")
        #expect(one.contains("DESCRIPTION"))
        #expect(!one.contains("<empty>"))
        let fields = try await Cluster.kubectl("explain", "icebergconnect.spec", "--recursive")
        for field in ["s3Config", "bootstrapServers", "offsetTopic", "catalogProperties", "coordinatorOnly"] {
            #expect(fields.contains(field))
        }
    }

    @Test(.rows(57, 279)) func scalingChangesTheNumberOfWorkersAndNothingElse() async throws {
        let before = try await get("deployment", workers)
        let pods = Set(try await podNames())
        try await Cluster.kubectl("scale", "icebergconnect", "orders", "-n", Self.namespace, "--replicas=3")
        let three = "--for=jsonpath={.status.workerStatus.ready}=3"
        try await Cluster.kubectl("wait", "-n", Self.namespace, "icebergconnect/orders", three, "--timeout=120s")
        let after = try await get("deployment", workers)
        #expect(after.at("spec.replicas")?.number == 3)
        #expect(after.at("spec.template") == before.at("spec.template"))
        let names = Set(try await podNames())
        #expect(pods.isSubset(of: names))
        // What the scale subresource says is what an autoscaler would go by.
        let resource = "icebergconnects/orders"
        let path = "/apis/kafka.iceberg.apache.org/v1/namespaces/\(Self.namespace)/\(resource)/scale"
        let scale = try Cluster.parse(try await Cluster.kubectl("get", "--raw", path))
        #expect(scale.at("spec.replicas")?.number == 3 && scale.at("status.replicas")?.number == 3)
        let selector = try #require(scale.at("status.selector")?.text)
        let selected = try await get("pods", "-l", selector).items.compactMap(\.name)
        #expect(Set(selected) == names)
    }

    @Test(.rows(70)) func ofTwoCoordinatorsOneLeads() async throws {
        let patch = #"{"spec":{"coordinator":{"replicas":2}}}"#
        try await Cluster.kubectl(
            "patch",
            "icebergconnect",
            "orders",
            "-n",
            Self.namespace,
            "--type=merge",
            "-p",
            patch
        )
        let two = "--for=jsonpath={.status.coordinatorStatus.ready}=2"
        try await Cluster.kubectl("wait", "-n", Self.namespace, "icebergconnect/orders", two, "--timeout=120s")
        let pods = try await get("pods", "-l", "app=iceberg-job-manager").items
        var leaders: [String?] = []
        for pod in pods {
            let address = try #require(pod.at("status.podIP")?.text)
            let status = try Cluster.parse(try await Bed.run("curl", "-sf", "http://\(address):8080/status"))
            if status["isLeader"] == true { leaders.append(pod.name) }
        }
        #expect(pods.count == 2)
        let lease = try await get("lease", "iceberg-job-manager-orders-leader")
        #expect(leaders == [lease.at("spec.holderIdentity")?.text])
    }

    @Test(.rows(63)) func aDeploymentThatSomebodyDeletesComesBack() async throws {
        let old = try #require(try await get("deployment", workers).at("metadata.uid")?.text)
        try await Cluster.kubectl("delete", "deployment", workers, "-n", Self.namespace)
        _ = try await Cluster.eventually("another Deployment is there") {
            let now = try? await get("deployment", workers).at("metadata.uid")?.text  // not yet there: asked again
            return now != nil && now != old ? true : nil
        }
        try await Cluster.deleteNamespace(Self.namespace)
    }

    private func get(_ arguments: String...) async throws -> JSON {
        let all = ["testbed/bed", "kubectl", "get", "-n", Self.namespace, "-o", "json"] + arguments
        return try Cluster.parse(try await Bed.call(all, ""))
    }

    private func podNames() async throws -> [String] {
        try await get("pods", "-l", "app=kafka-connect-workers").items.compactMap(\.name)
    }

    private func words(_ line: Substring) -> [Substring] { line.split(separator: " ", omittingEmptySubsequences: true) }
}
