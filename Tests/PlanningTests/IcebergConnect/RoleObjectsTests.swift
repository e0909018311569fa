// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// What holds for the objects of both roles.
@Suite
struct RoleObjectsTests {
    @Test(.rows(55, 68)) func amountsAreTheDefaultsOrTheUsers() throws {
        let scene = try Scene.ready { object in
            object["spec"]?["coordinator"]?["resources"] = ["requests": ["cpu": 1], "limits": ["cpu": "2"]]
        }
        #expect(
            try scene.container(.worker)["resources"] == [
                "requests": ["memory": "1Gi", "cpu": "500m"], "limits": ["memory": "2Gi", "cpu": "1000m"],
            ]
        )
        #expect(
            try scene.container(.coordinator)["resources"] == [
                "requests": ["memory": "512Mi", "cpu": "1"], "limits": ["memory": "1Gi", "cpu": "2"],
            ]
        )
    }

    @Test(.rows(194), arguments: ImageRole.allCases) func podsAreRestricted(_ role: ImageRole) throws {
        let scene = try Scene.ready()
        let pod = try scene.pod(role)
        let podContext = pod["securityContext"]
        #expect(podContext?["runAsNonRoot"] == true)
        #expect(podContext?["runAsUser"] == 65532)
        #expect(podContext?["seccompProfile"]?["type"] == "RuntimeDefault")
        let context = try scene.container(role)["securityContext"]
        #expect(context?["allowPrivilegeEscalation"] == false)
        #expect(context?["readOnlyRootFilesystem"] == true)
        #expect(context?["capabilities"]?["drop"] == ["ALL"])
        for field in ["hostNetwork", "hostPID", "hostIPC"] { #expect(pod[field] == nil) }
        for volume in pod["volumes"]?.elements ?? [] { #expect(volume["hostPath"] == nil) }
    }

    @Test func stepsComeInAnOrderInWhichPodsFindWhatTheyNeed() throws {
        var scene = try Scene(example: "production")
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        let kinds = scene.plan.steps.compactMap { step in
            if case .apply(let intent) = step { ApplyOrder.kinds.firstIndex(of: intent.kind) } else { nil }
        }
        #expect(kinds == kinds.sorted())
        #expect(Set(kinds).count == ApplyOrder.kinds.count)
    }

    @Test(.rows(20)) func longAndIllegalNamesGiveLegalObjects() throws {
        let scene = try Scene.ready { object in
            object["metadata"]?["name"] = .string(String(repeating: "long.name-", count: 20) + "x")
            object["spec"]?["worker"]?["clusterName"] = "Größe 1"
        }
        for intent in scene.applied.values {
            #expect(intent.key.name.wholeMatch(of: #/[a-z0-9]([-a-z0-9]*[a-z0-9])?/#) != nil, "\(intent.key)")
            #expect(intent.kind == .lease || intent.key.name.count <= 63)
            let annotations = intent.body["metadata"]?["annotations"]
            #expect(annotations?["kafka.iceberg.apache.org/cluster"] == "Größe 1")
        }
        let selector = scene.deployment(of: .worker)?[["spec", "selector", "matchLabels"]]
        #expect((selector?["cluster"].string?.count ?? 99) <= 63)
    }
}
