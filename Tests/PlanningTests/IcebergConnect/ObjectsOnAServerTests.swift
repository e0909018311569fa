// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestServers
import TestSupport
import Testing
import YAML

/// The planned objects in a real API server.
@Suite(.timeLimit(.minutes(5)))
struct ObjectsOnAServerTests {
    static func deployed(_ example: String, in namespace: String) throws -> Scene {
        var scene = try Scene(example: example)
        scene.resource.metadata.namespace = namespace
        if case .success(var spec) = scene.resource.spec {
            spec.worker.namespace = nil
            spec.coordinator.namespace = nil
            scene.resource.spec = .success(spec)
        }
        scene.seen.secrets["s3"] = ["access-key-id": Secret("AKIA"), "secret-access-key": Secret("secret")]
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        return scene
    }

    /// A namespace in which the API server refuses every pod that is not "restricted", and warns about templates.
    static func restricted(_ name: String) async throws -> LightCluster {
        let cluster = try await LightCluster.shared()
        let levels: JSON = [
            "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted",
        ]
        let object: JSON = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name), "labels": levels],
        ]
        let outcome = try await cluster.kubectl(
            ["create", "-f", "-"],
            input: String(decoding: object.jsonBytes, as: UTF8.self)
        )
        try #require(outcome.status == 0, "\(outcome.errors)")
        return cluster
    }

    static func text(_ objects: [JSON]) -> String { String(decoding: YAML.text(of: objects), as: UTF8.self) }

    @Test(.rows(194, 303), arguments: ["quick-start", "production", "development", "minimal"])
    func theServerTakesEveryObjectWithoutAWarning(example: String) async throws {
        let namespace = "objects-\(example)"
        let scene = try Self.deployed(example, in: namespace)
        let cluster = try await Self.restricted(namespace)
        let objects = scene.plan.steps.compactMap { step -> JSON? in
            if case .apply(let intent) = step { intent.body } else { nil }
        }
        for _ in 1...2 {
            let outcome = try await cluster.kubectl(
                ["apply", "--server-side", "--field-manager=kittiwake", "--validate=strict", "-f", "-"],
                input: Self.text(objects)
            )
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
            #expect(outcome.output.split(separator: "\n").count == objects.count)
        }
    }

    @Test(.rows(194, 303), arguments: ImageRole.allCases)
    func aRestrictedNamespaceTakesThePods(_ role: ImageRole) async throws {
        let namespace = "pods-\(role)"
        let cluster = try await Self.restricted(namespace)
        let scene = try Self.deployed("production", in: namespace)
        let template = try #require(scene.deployment(of: role)?[["spec", "template"]])
        func pod(_ spec: JSON) -> String {
            Self.text([
                [
                    "apiVersion": "v1", "kind": "Pod", "spec": spec,
                    "metadata": ["name": "pod", "namespace": .string(namespace)],
                ]
            ])
        }
        var spec = try #require(template["spec"])
        let taken = try await cluster.kubectl(["create", "--dry-run=server", "-f", "-"], input: pod(spec))
        #expect(taken.status == 0, "\(taken.errors)")
        // That the namespace would refuse another one shows that it looks at all.
        spec["hostNetwork"] = true
        let refused = try await cluster.kubectl(["create", "--dry-run=server", "-f", "-"], input: pod(spec))
        #expect(refused.status != 0 && refused.errors.contains("violates PodSecurity"))
    }
}
