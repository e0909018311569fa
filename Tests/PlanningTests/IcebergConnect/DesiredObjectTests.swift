// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// How objects are marked.
@Suite
struct DesiredObjectTests {
    @Test func objectsBesideTheResourceHaveItAsOwner() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        for (name, intent) in scene.applied {
            let owners = intent.body["metadata"]?["ownerReferences"]?.elements ?? []
            #expect(owners.map { $0["uid"].string } == [scene.resource.metadata.uid], "\(name)")
            #expect(owners.first?["controller"] == true)
            let labels = intent.body["metadata"]?["labels"]
            #expect(labels?["app.kubernetes.io/managed-by"] == "kittiwake", "\(name)")
            #expect(labels?[OwnerLabel.uid] == nil)
        }
    }

    @Test func objectsElsewhereHaveLabels() throws {
        var scene = try Scene(example: "production")
        try scene.becomeReady()
        for (name, intent) in scene.applied where intent.key.namespace == "kafka-connect" {
            #expect(intent.body["metadata"]?["ownerReferences"] == nil, "\(name)")
            let labels = intent.body["metadata"]?["labels"]
            #expect(labels?[OwnerLabel.uid].string == scene.resource.metadata.uid)
            #expect(labels?[OwnerLabel.namespace] == "default")
            #expect(labels?[OwnerLabel.name] == "iceberg-production")
            #expect(intent.body["metadata"]?["annotations"]?[OwnerLabel.annotation] == "default/iceberg-production")
        }
        let namespaces = Set(scene.applied.values.compactMap(\.key.namespace))
        #expect(namespaces == ["default", "kafka-connect"])
    }

    @Test(.rows(36, 64, 196)) func theDocumentedSelectorsFindEveryObject() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        for (name, intent) in scene.applied {
            let labels = intent.body["metadata"]?["labels"]
            #expect(labels?["managed-by"] == "iceberg-connect-operator", "\(name)")
            #expect(["kafka-connect-workers", "iceberg-job-manager"].contains(labels?["app"].string ?? ""), "\(name)")
            #expect(labels?["job"] != nil || labels?["cluster"] != nil, "\(name)")
        }
        for role in ImageRole.allCases {
            let spec = try #require(scene.deployment(of: role)?["spec"])
            let pod = try #require(spec["template"]?["metadata"]?["labels"])
            #expect(pod["managed-by"] == "iceberg-connect-operator")
            for key in spec["selector"]?["matchLabels"]?.keys ?? [] {
                #expect(pod[key] == spec["selector"]?["matchLabels"]?[key])
            }
        }
    }
}
