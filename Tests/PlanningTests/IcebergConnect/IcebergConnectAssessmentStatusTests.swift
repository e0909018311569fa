// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing
import YAML

/// What the status and the events say, and when (rows 16, 191, 201, 202).
@Suite
struct IcebergConnectAssessmentStatusTests {
    @Test(.rows(211)) func asLongAsNothingHappensNothingIsWrittenOrTold() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let before = scene.resource.status
        let steps = scene.plan.steps
        for minute in 1...10 {
            scene.seen.now = "2026-01-01T01:0\(minute % 10):00Z"
            let plan = scene.reconcile()
            #expect(plan.status == before)
            #expect(plan.events.isEmpty)
            #expect(plan.steps == steps)
        }
    }

    @Test(.rows(16, 202)) func aConditionKeepsItsTimeUntilItsStatusChanges() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        let first = scene.condition(.imagesReady)
        #expect(first?.lastTransitionTime == "2026-01-01T00:00:10Z")
        scene.seen.now = "2026-01-01T00:00:20Z"
        scene.settle()
        #expect(scene.condition(.imagesReady)?.lastTransitionTime == first?.lastTransitionTime)
        scene.seen.now = "2026-01-01T00:00:30Z"
        try scene.finishTransfers()
        scene.settle()
        #expect(scene.condition(.imagesReady)?.lastTransitionTime == "2026-01-01T00:00:30Z")
        #expect(scene.condition(.imagesReady)?.status == .true)
    }

    @Test(.rows(202)) func conditionsAreAListByType() throws {
        let definition = try #require(try YAML.documents(in: IcebergConnectDefinition.yaml).first).decode(JSON.self)
        let schema = definition["spec"]?["versions"]?.elements.first?[["schema", "openAPIV3Schema"]]
        let conditions = try #require(schema?[["properties", "status", "properties", "conditions"]])
        #expect(conditions["x-kubernetes-list-type"] == "map")
        #expect(conditions["x-kubernetes-list-map-keys"] == ["type"])
        #expect(
            conditions[["items", "required"]] == ["type", "status", "lastTransitionTime", "reason", "message"]
        )
        #expect(conditions[["items", "properties", "observedGeneration", "format"]] == "int64")
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let types = scene.resource.status?.conditions.map(\.type) ?? []
        #expect(Set(types).count == types.count)
    }

    @Test(.rows(201)) func everyStatusIsAboutAGenerationAndSaysReady() throws {
        var scene = try Scene.quickStart()
        scene.resource.metadata.generation = 7
        for status in scene.settle().compactMap(\.status) {
            #expect(status.observedGeneration == 7)
            #expect(status.conditions.allSatisfy { $0.observedGeneration == 7 })
            #expect(status.conditions["Ready"] != nil)
            #expect(status.conditions["NotReady"] == nil)
            #expect(status.conditions.map(\.type) == status.conditions.map(\.type).sorted())
        }
    }

    @Test(.rows(191)) func eachPhaseIsToldOnce() throws {
        var scene = try Scene.quickStart()
        var events = scene.settle().flatMap(\.events)
        try scene.finishTransfers()
        events += scene.settle().flatMap(\.events)
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .version("4.1.0")
        events += scene.settle().flatMap(\.events)
        events += scene.settle().flatMap(\.events)
        let phases = Set(IcebergConnectStatus.Phase.allCases.map(\.rawValue))
        #expect(
            events.map(\.reason).filter(phases.contains) == [
                "Pending", "Downloading", "Building", "Deploying", "Ready",
            ]
        )
        #expect(events.allSatisfy { IcebergConnectEventReason(rawValue: $0.reason) != nil })
    }

    @Test(.rows(210)) func noCredentialIsInAnEventOrAStatus() throws {
        var scene = try Scene(example: "production")
        var events = scene.settle().flatMap(\.events)
        try scene.finishTransfers()
        events += scene.settle().flatMap(\.events)
        #expect(events.contains { $0.reason == "CredentialsMoved" && $0.severity == .warning })
        let status = String(decoding: try #require(scene.resource.status).jsonBytes, as: UTF8.self)
        for text in events.map(\.note) + [status] {
            #expect(!text.contains("kafka-password") && !text.contains("secret...") && !text.contains("AKIA"))
        }
    }

    @Test func warningsAreToldOnceForEachGeneration() throws {
        var scene = try Scene(example: "production")
        let warned = { (plans: [IcebergConnectPlan]) in
            plans.flatMap(\.events).filter { $0.reason == "ConfigWarning" }.count
        }
        let first = warned(scene.settle())
        #expect(first > 0)
        #expect(warned(scene.settle()) == 0)
        scene.resource.metadata.generation = 2
        #expect(warned(scene.settle()) == first)
    }
}
