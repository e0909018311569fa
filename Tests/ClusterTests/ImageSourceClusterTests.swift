// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// Where images come from and go to, with what credentials, and what is seen when that goes wrong. Each test has a
/// namespace of its own.
@Suite(.timeLimit(.minutes(8)))
struct ImageSourceClusterTests {
    @Test(.rows(25)) func keysForS3AreTakenFromASecret() async throws {
        let namespace = "keys-in-a-secret"
        try await Cluster.makeNamespace(namespace)
        let keys = "credentialsSecret: {name: s3}"
        try await Cluster.apply(ResourceManifest(name: "orders", namespace: namespace, storageKeys: keys).text)
        let waiting = try await Cluster.resource("orders", in: namespace, is: "Failed")
        #expect(waiting.condition("SecretsResolved")?["status"] == "False")
        #expect(waiting.condition("Ready")?["reason"]?.text == "SecretsMissing")
        try await Cluster.kubectl(
            "create",
            "secret",
            "generic",
            "s3",
            "-n",
            namespace,
            "--from-literal=access-key-id=kittiwake",
            "--from-literal=secret-access-key=kittiwake-secret"
        )
        let ready = try await Cluster.resource("orders", in: namespace, is: "Ready")
        #expect(ready.condition("SecretsResolved")?["status"] == "True")
        #expect(ready.at("status.credentialsSecret") == nil)
        try await Cluster.deleteNamespace(namespace)
    }

    /// A registry of its own authority, which asks for a password. The kubelet logs in by the same Secret.
    @Test(.rows(28)) func aRegistryWithTLSAndPasswordIsUsedByItsSecret() async throws {
        let namespace = "registry-login"
        try await Cluster.makeNamespace(namespace)
        let fields = "registry: \"registry.local:5443/team\", pushSecret: {name: login}"
        var manifest = ResourceManifest(name: "orders", namespace: namespace)
        manifest.worker += ", \(fields)"
        manifest.coordinator += ", \(fields)"
        func makeLogin(_ password: String) async throws {
            let login = try await Cluster.kubectl(
                "create",
                "secret",
                "docker-registry",
                "login",
                "-n",
                namespace,
                "--docker-server=registry.local:5443",
                "--docker-username=kittiwake",
                "--docker-password=\(password)",
                "--dry-run=client",
                "-o",
                "yaml"
            )
            try await Cluster.apply(login)
        }
        try await makeLogin("wrong")
        try await Cluster.apply(manifest.text)
        let refused = try await Cluster.resource("orders", in: namespace, is: "Failed")
        #expect(refused.condition("ImagesReady")?["reason"]?.text == "RegistryUnauthorized")
        try await makeLogin("kittiwake-secret")
        try await Cluster.resource("orders", in: namespace, is: "Ready")
        let image = try await Cluster.get("deployment", "-n", namespace, "kafka-connect-workers-orders-workers").image
        #expect(image?.hasPrefix("registry.local:5443/team/iceberg-kafka-connect-worker@sha256:") == true)
        try await Cluster.deleteNamespace(namespace)
    }

    /// Each of what may be wrong, on a real store and a real registry, with a reason of its own.
    @Test(
        .rows(30),
        arguments: [
            (
                "stranger",
                ("kittiwake, secretAccessKey: kittiwake-secret", "stranger, secretAccessKey: stranger-secret"),
                "AccessDenied"
            ),
            ("wrong-key", ("secretAccessKey: kittiwake-secret", "secretAccessKey: another"), "InvalidCredentials"),
            ("no-store", ("box.local:7070", "box.local:7099"), "StorageUnreachable"),
            (
                "no-registry", ("stand-in-worker.tar", #"stand-in-worker.tar, registry: "registry.local:5099""#),
                "RegistryUnreachable"
            ),
        ]
    )
    func whatIsWrongHasAReasonAndIsTriedAgain(
        _ namespace: String,
        _ change: (String, String),
        _ reason: String
    ) async throws {
        try await Cluster.makeNamespace(namespace)
        let manifest = ResourceManifest(name: "orders", namespace: namespace).text
        try await Cluster.apply(try BedValues.replace(manifest, [change]))
        let failed = try await Cluster.resource("orders", in: namespace, is: "Failed")
        #expect(failed.condition("ImagesReady")?["reason"]?.text == reason)
        #expect(failed.condition("Reconciling")?["status"] == "True", "it is tried again")
        let deployments = try await Cluster.get("deployments", "-n", namespace, "-l", "app=kafka-connect-workers")
        #expect(deployments.items.isEmpty)
        try await Cluster.deleteNamespace(namespace)
    }

    /// A real registry on a real full disk.
    @Test func aRegistryWithoutSpaceIsSaidToBeSoAndNothingIsTagged() async throws {
        let namespace = "registry-full"
        try await Cluster.makeNamespace(namespace)
        var manifest = ResourceManifest(name: "orders", namespace: namespace)
        manifest.worker += ", registry: \"registry.local:5001\""
        try await Cluster.apply(manifest.text)
        let failed = try await Cluster.resource("orders", in: namespace, is: "Failed")
        #expect(failed.condition("ImagesReady")?["reason"]?.text == "RegistryOutOfSpace")
        #expect(failed.at("status.message")?.text?.contains("make room") == true)
        #expect(failed.condition("Reconciling")?["status"] == "True")
        let manifestOfTag = "http://registry.local:5001/v2/iceberg-kafka-connect-worker/manifests/v1.0.0"
        let code = try await Bed.run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", manifestOfTag)
        #expect(code == "404")
        let deployments = try await Cluster.get("deployments", "-n", namespace, "-l", "app=kafka-connect-workers")
        #expect(deployments.items.isEmpty)
        try await Cluster.deleteNamespace(namespace)
    }

    @Test(.rows(15, 30, 31, 52, 58)) func aFailedImageUpdateLeavesTheWorkersAlone() async throws {
        let namespace = "image-update"
        try await Cluster.makeNamespace(namespace)
        let manifest = ResourceManifest(name: "orders", namespace: namespace)
        try await Cluster.apply(manifest.text)
        let ready = try await Cluster.resource("orders", in: namespace, is: "Ready")
        let before = try await workers(namespace)

        // The keys that stand in the resource are kept in a Secret, and somebody is told.
        let secret = try #require(ready.at("status.credentialsSecret")?.text)
        #expect(secret == "iceberg-connect-s3-orders")
        let data = try await Cluster.get("secret", secret, "-n", namespace)["data"]
        #expect(data?["secret-access-key"]?.text == Data("kittiwake-secret".utf8).base64EncodedString())
        let events = try await Cluster.get("events.events.k8s.io", "-n", namespace).items
        #expect(events.contains { $0["reason"]?.text == "CredentialsMoved" && $0["type"]?.text == "Warning" })

        try await patchImage(namespace, #"{"s3Path":"images/no-such-image.tar"}"#)
        let failed = try await Cluster.resource("orders", in: namespace, is: "Failed")
        #expect(failed.condition("ImagesReady")?["reason"]?.text == "ObjectNotFound")
        #expect(failed.at("status.message")?.text?.contains("no-such-image.tar") == true)
        let during = try await workers(namespace)
        #expect(during == before)
        let service = "kafka-connect-service-orders-workers.\(namespace).svc.cluster.local"
        let answer = try await Bed.run("curl", "-sf", "http://\(service):8083/")
        #expect(answer.contains("stand-in"))

        // Settings and scaling go on working meanwhile, with the old image.
        let image = try await deployment(namespace).at("spec.template.spec.containers")?.elements.first?["image"]
        try await patchWorker(namespace, #"{"replicas":2,"config":{"offset.flush.interval.ms.note":"new"}}"#)
        let changed = try await Cluster.eventually("two workers with the new settings") {
            let deployment = try await deployment(namespace)
            let status = deployment["status"]
            let isCurrent = status?["observedGeneration"] == deployment.at("metadata.generation")
            return isCurrent && status?["updatedReplicas"] == 2 && status?["readyReplicas"] == 2 ? deployment : nil
        }
        #expect(changed.at("spec.template.spec.containers")?.elements.first?["image"] == image)
        let configuration = try await Cluster.get(
            "configmap",
            "kafka-connect-worker-config-orders-workers",
            "-n",
            namespace
        )
        #expect(configuration.at("data")?["connect-distributed.properties"]?.text?.contains("note=new") == true)
        let still = try await Cluster.get("icebergconnect", "orders", "-n", namespace)
        #expect(still.at("status.phase")?.text == "Failed")
        #expect(still.at("status.workerStatus.image") == image)
        #expect(still.at("status.workerStatus.desired")?.number == 2)

        try await patchImage(namespace, #"{"s3Path":"images/stand-in-worker.tar"}"#)
        try await Cluster.resource("orders", in: namespace, is: "Ready")
        let after = try await deployment(namespace).at("metadata.generation")
        #expect(after == changed.at("metadata.generation"))
        try await Cluster.deleteNamespace(namespace)
    }

    private func deployment(_ namespace: String) async throws -> JSON {
        try await Cluster.get("deployment", "-n", namespace, "kafka-connect-workers-orders-workers")
    }

    /// The Deployment's generation and its pods.
    private func workers(_ namespace: String) async throws -> [String] {
        let deployment = try await deployment(namespace)
        let pods = try await Cluster.get("pods", "-n", namespace, "-l", "app=kafka-connect-workers").items
        let generation = deployment.at("metadata.generation")?.number ?? 0
        return ["\(generation)"] + pods.compactMap { $0.at("metadata.uid")?.text }
    }

    private func patchImage(_ namespace: String, _ worker: String) async throws {
        try await patch(namespace, #"{"spec":{"images":{"worker":\#(worker)}}}"#)
    }

    private func patchWorker(_ namespace: String, _ worker: String) async throws {
        try await patch(namespace, #"{"spec":{"worker":\#(worker)}}"#)
    }

    private func patch(_ namespace: String, _ patch: String) async throws {
        try await Cluster.kubectl("patch", "icebergconnect", "orders", "-n", namespace, "--type=merge", "-p", patch)
    }
}
