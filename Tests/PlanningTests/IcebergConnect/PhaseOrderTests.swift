// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing
import YAML

/// What a resource shows on its way (rows 14, 16, 17, 191).
@Suite
struct PhaseOrderTests {
    typealias Phase = IcebergConnectStatus.Phase

    /// Reconciles as often as asked to, and what was shown.
    static func shown(_ scene: inout Scene) -> [Phase] { scene.settle().compactMap { $0.status?.phase } }

    static let running = Observation.ImageProgress.State.reading(ByteCount(20 << 20), of: ByteCount(100 << 20))

    @Test(.rows(14)) func aFirstRunShowsEveryPhaseInOrder() throws {
        var scene = try Scene.quickStart()
        #expect(Self.shown(&scene) == [.pending, .downloading])
        try scene.transfer(.worker, Self.running)
        #expect(Self.shown(&scene) == [.downloading])
        #expect(scene.resource.status?.message == "Downloading images from S3: worker 20 %")
        try scene.finishTransfers()
        try scene.transfer(.worker, .completing)
        #expect(Self.shown(&scene) == [.building])
        try scene.finishTransfers()
        #expect(Self.shown(&scene) == [.deploying])
        try scene.start(.worker)
        try scene.start(.coordinator, ready: 0)
        #expect(Self.shown(&scene) == [.deploying])
        #expect(
            scene.resource.status?.message.hasPrefix("Waiting for workers 3 of 3 ready, coordinators 0 of 1 ready")
                == true
        )
        try scene.start(.coordinator)
        scene.seen.connect = .version("4.1.0")
        #expect(Self.shown(&scene) == [.ready])
    }

    @Test(.rows(14)) func everyPhaseIsShownHoweverFastItWas() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        try scene.finishTransfers()
        scene.reconcile()
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .version("4.1.0")
        #expect(scene.resource.status?.phase == .downloading)
        #expect(Self.shown(&scene) == [.building, .deploying, .ready])
    }

    @Test(.rows(32)) func withNothingToTransferTwoPhasesAreLeftOut() throws {
        var scene = try Scene.quickStart { spec in
            spec["spec"]?["s3Config"] = nil
            spec["spec"]?["images"] = [
                "worker": ["image": "registry.example.com/worker:1.0"],
                "coordinator": ["image": "registry.example.com/coordinator:1.0"],
            ]
        }
        #expect(Self.shown(&scene) == [.pending, .deploying])
        #expect(scene.plan.steps.allSatisfy { if case .effect = $0 { false } else { true } })
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .version("3.9.1")
        #expect(Self.shown(&scene) == [.ready])
        #expect(scene.resource.status?.workerStatus?.image == "registry.example.com/worker:1.0")
    }

    @Test func aNewImageGoesThroughThePhasesAgain() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.tagged("v2"))
        #expect(Self.shown(&scene) == [.downloading])
        try scene.finishTransfers()
        #expect(Self.shown(&scene) == [.building, .deploying, .ready])
    }

    @Test func aNewImageGoesThroughThePhasesHoweverFastItWas() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.tagged("v2"))
        try scene.finishTransfers()
        #expect(Self.shown(&scene) == [.downloading, .building, .deploying, .ready])
    }

    static func tagged(_ tag: String) -> (inout JSON) -> Void {
        { spec in for role in ["worker", "coordinator"] { spec["spec"]?["images"]?[role]?["tag"] = .string(tag) } }
    }

    @Test(.rows(14)) func aFailureIsShownAtOnceAndLeftAgain() throws {
        var scene = try Scene.quickStart()
        scene.settle()
        var failure = Observation.ImageProgress.Failure(
            reason: "ObjectNotFound",
            message: "There is no images/worker-image.tar in bucket my-bucket",
            attempts: 1
        )
        try scene.transfer(.worker, .failed(failure))
        #expect(Self.shown(&scene) == [.failed])
        #expect(scene.resource.status?.message.contains("There is no images/worker-image.tar") == true)
        #expect(scene.condition(.ready)?.reason == "ObjectNotFound")
        for attempt in 2...5 {
            failure.attempts = attempt
            try scene.transfer(.worker, .failed(failure))
            let plans = scene.settle()
            #expect(plans.compactMap { $0.status?.phase } == [.failed])
            #expect(plans.flatMap(\.events).isEmpty, "told once, however often it is tried")
            #expect(scene.resource.status?.message.contains("(attempt \(attempt))") == true)
        }
        try scene.finishTransfers()
        #expect(Self.shown(&scene) == [.downloading, .building, .deploying])
    }

    @Test func twoFailuresWithDifferentCausesAreTwoEvents() throws {
        var scene = try Scene.quickStart()
        scene.settle()
        func failed(_ reason: String) throws -> [EventIntent] {
            let failure = Observation.ImageProgress.Failure(reason: reason, message: "not there", attempts: 1)
            try scene.transfer(.worker, .failed(failure))
            let events = scene.settle().flatMap(\.events)
            try scene.transfer(.worker, .reading(.init(1), of: nil))
            scene.settle()
            return events.filter { $0.reason == "Failed" }
        }
        let events = try failed("ObjectNotFound") + failed("BucketNotFound")
        #expect(
            events.map(\.action) == ["ObjectNotFound", "BucketNotFound"],
            "what makes events the same has no words"
        )
    }
}
