// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// A specification that cannot be carried out.
@Suite
struct RejectedSpecTests {
    static func invalid(_ object: inout JSON) {
        object["spec"]?["worker"]?["config"] = ["group.id": "x"]
        object["spec"]?["coordinator"]?["job"]?["catalogProperties"] = ["type": "delta"]
    }

    @Test func allThatIsWrongIsInTheStatus() throws {
        var scene = try Scene.quickStart(Self.invalid)
        let plan = scene.reconcile()
        #expect(plan.steps.isEmpty)
        #expect(plan.revisit == .onChange)
        let status = try #require(plan.status)
        #expect(status.phase == .failed)
        #expect(status.observedGeneration == 1)
        #expect(status.message.contains("spec.worker.config.group.id: is reserved"))
        #expect(status.message.contains("spec.coordinator.job.catalogProperties: type is not supported"))
        #expect(status.conditions["ConfigValid"]?.status == .false)
        #expect(status.conditions["Stalled"]?.status == .true)
        #expect(status.conditions["Reconciling"]?.status == .false)
        #expect(plan.events.map(\.reason) == ["ConfigRejected", "Failed"])
        #expect(scene.reconcile().events.isEmpty)
    }

    @Test func whatIsWrongWithTheNextGenerationIsAnEventOfItsOwn() throws {
        var scene = try Scene.quickStart(Self.invalid)
        var events = scene.reconcile().events.filter { $0.reason == "ConfigRejected" }
        try scene.edit { $0["spec"]?["worker"]?["replicas"] = 0 }
        events += scene.reconcile().events
        #expect(events.map(\.reason) == ["ConfigRejected", "ConfigRejected"])
        #expect(Set(events.map(\.note)).count == 2)
        #expect(Set(events.map(\.action)).count == 2, "what makes events the same has no words")
    }

    @Test(.rows(210)) func whatIsWrongIsSaidWithoutTheCredentialsInIt() throws {
        var scene = try Scene.quickStart { object in
            object["spec"]?["s3Config"]?["secretAccessKey"] = "hunter2-storage"
            object["spec"]?["s3Config"]?["credentialsSecret"] = ["name": "s3"]
            object["spec"]?["worker"]?["kafka"]?["saslJaasConfig"] = "hunter2-jaas"
            object["spec"]?["worker"]?["kafka"]?["saslJaasConfigFrom"] = ["name": "kafka", "key": "jaas"]
            object["spec"]?["worker"]?["config"] = [
                "group.id": "x", "ssl.keystore.password": ["hunter2-list"], "sasl.jaas.config": "hunter2-config",
            ]
            object["spec"]?["coordinator"]?["job"]?["catalogProperties"] = [
                "type": "delta", "jdbc.password": "hunter2-catalog",
            ]
        }
        let plan = scene.reconcile()
        let status = try #require(plan.status)
        #expect(status.conditions["ConfigValid"]?.status == .false)
        for text in plan.events.map(\.note) + [String(decoding: status.jsonBytes, as: UTF8.self)] {
            #expect(text.contains("ssl.keystore.password"), "it says what is wrong")
            #expect(!text.contains("hunter2"), "\(text)")
        }
    }

    @Test func aRejectedChangeLeavesRunningWorkersAlone() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let objects = scene.applied
        let images = scene.resource.status?.images
        let found = IcebergConnectCondition.allCases.map { scene.condition($0) }
        try scene.edit(Self.invalid)
        try scene.start(.worker, ready: 2)
        let plan = scene.reconcile()
        #expect(plan.steps.isEmpty)
        #expect(scene.applied == objects)
        #expect(plan.status?.workerStatus?.ready == 2, "counts go on being true")
        #expect(plan.status?.images == images)
        #expect(plan.status?.claims.cluster == "default/my-iceberg-job-workers")
        let ours: Set<IcebergConnectCondition> = [.ready, .reconciling, .stalled, .configValid]
        for (type, before) in zip(IcebergConnectCondition.allCases, found) where !ours.contains(type) {
            #expect(scene.condition(type) == before, "what runs is as it was")
        }
    }

    @Test(.rows(213)) func whatIsFoundOutForTheFirstTimeIsNoTransition() throws {
        var scene = try Scene.quickStart(Self.invalid)
        scene.settle()
        #expect(scene.condition(.degraded)?.reason == "NotKnownYet")
        try scene.edit { _ in }
        let reasons = Set(scene.settle().flatMap(\.events).map(\.reason))
        #expect(reasons.subtracting(["ConfigWarning", "CredentialsMoved"]) == ["Downloading"])
    }

    @Test func howeverMuchIsWrongTheStatusStaysSmall() throws {
        var scene = try Scene.quickStart { object in
            let config = (0..<200).map { (key: "config.providers.env.\($0)", value: JSON.integer(1)) }
            object["spec"]?["worker"]?["config"] = .object(JSONObject(config))
        }
        let status = try #require(scene.reconcile().status)
        #expect(status.jsonBytes.count < 64 << 10)
        #expect(status.message.hasSuffix("more"))
        #expect(IcebergConnectSchema.status.problems(in: try JSONDocument(parsing: status.jsonBytes).decode()) == [])
    }

    @Test func aLongStoryOfATransferIsCut() throws {
        var scene = try Scene.quickStart()
        scene.settle()
        let failure = Observation.ImageProgress.Failure(
            reason: "TransferFailed",
            message: String(repeating: "words ", count: 100_000),
            attempts: 1
        )
        try scene.transfer(.worker, .failed(failure))
        let status = try #require(scene.reconcile().status)
        #expect(status.jsonBytes.count < 64 << 10)
        #expect(status.message.hasSuffix("…"))
    }

    @Test func whenItIsPutRightEverythingGoesOn() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.invalid)
        scene.settle()
        try scene.edit { _ in }
        let phases = scene.settle().compactMap { $0.status?.phase }
        #expect(phases == [.deploying, .ready], "nothing is transferred again")
        #expect(scene.condition(.configValid)?.status == .true)
        #expect(scene.condition(.stalled)?.status == .false)
    }
}
