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
        try scene.edit(String(decoding: Scene.manifest { $0["spec"]?["worker"]?["replicas"] = 0 }, as: UTF8.self))
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
        try scene.edit(String(decoding: Scene.manifest(Self.invalid), as: UTF8.self))
        try scene.start(.worker, ready: 2)
        let plan = scene.reconcile()
        #expect(plan.steps.isEmpty)
        #expect(scene.applied == objects)
        #expect(plan.status?.workerStatus?.ready == 2, "counts go on being true")
        #expect(plan.status?.images == images)
        #expect(plan.status?.claims.cluster == "default/my-iceberg-job-workers")
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
        try scene.edit(String(decoding: Scene.manifest(Self.invalid), as: UTF8.self))
        scene.settle()
        try scene.edit(String(decoding: Scene.manifest { _ in }, as: UTF8.self))
        let phases = scene.settle().compactMap { $0.status?.phase }
        #expect(phases == [.deploying, .ready], "nothing is transferred again")
        #expect(scene.condition(.configValid)?.status == .true)
        #expect(scene.condition(.stalled)?.status == .false)
    }
}

/// What tools that wait for resources compute from a status (`peers.md` section 10).
@Suite
struct KstatusTests {
    static func computed(_ resource: IcebergConnect) -> String {
        guard let status = resource.status else { return "Current" }
        if status.observedGeneration != resource.metadata.generation { return "InProgress" }
        if status.conditions["Stalled"]?.status == .true { return "Failed" }
        if status.conditions["Reconciling"]?.status == .true { return "InProgress" }
        guard let ready = status.conditions["Ready"] else { return "Current" }
        return ready.status == .true ? "Current" : "InProgress"
    }

    @Test(.rows(203, 204)) func everySituationGivesItsResult() throws {
        var scene = try Scene.quickStart()
        func check(_ expected: String, _ scene: Scene, line: Int = #line) {
            #expect(Self.computed(scene.resource) == expected, "line \(line)")
            let status = scene.resource.status
            let both = ["Stalled", "Reconciling"].allSatisfy { status?.conditions[$0]?.status == .true }
            #expect(!both, "line \(line)")
            #expect(status?.conditions["Degraded"] != nil, "line \(line)")
        }
        scene.reconcile()
        check("InProgress", scene)
        scene.settle()
        check("InProgress", scene)
        try scene.transfer(.worker, ImagesTests.missing)
        scene.settle()
        check("InProgress", scene)
        try scene.finishTransfers()
        scene.settle()
        check("InProgress", scene)
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .version("4.1.0")
        scene.settle()
        check("Current", scene)
        scene.resource.metadata.generation = 2
        #expect(Self.computed(scene.resource) == "InProgress")
        scene.settle()
        check("Current", scene)

        var rejected = scene
        rejected.resource.spec = IcebergConnect.read([:])
        rejected.settle()
        check("Failed", rejected)

        var refused = scene
        var other = IcebergConnectClaimant(scene.resource)
        other.key = ObjectKey(namespace: "default", name: "another")
        other.creationTimestamp = "2025-01-01T00:00:00Z"
        refused.seen.siblings = [other]
        refused.settle()
        check("Failed", refused)

        var conflicting = scene
        conflicting.seen.children[0].owner = .resource(uid: "somebody")
        conflicting.settle()
        check("InProgress", conflicting)
    }
}
