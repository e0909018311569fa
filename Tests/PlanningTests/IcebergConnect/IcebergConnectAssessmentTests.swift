// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// When a resource is ready, and what it says when it is not (rows 15, 59, 201–207).
@Suite
struct IcebergConnectAssessmentTests {
    // MARK: Ready

    @Test func podsThatRunAreNotEnough() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .unreachable(reason: "ConnectionRefused", message: "Nobody listens on port 8083")
        scene.settle()
        #expect(scene.resource.status?.phase == .deploying)
        #expect(scene.condition(.clusterReachable)?.status == .false)
        #expect(scene.condition(.clusterReachable)?.reason == "ConnectionRefused")
        #expect(scene.plan.revisit == .onChange, "who asks tells of an answer")
        scene.seen.connect = .version("4.1.0")
        scene.settle()
        #expect(scene.resource.status?.phase == .ready)
        #expect(scene.condition(.ready)?.status == .true)
    }

    @Test func aClusterIsAskedAsLongAsItHasReadyPods() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        func effects() -> [IcebergConnectEffect] {
            scene.plan.steps.compactMap { step in
                switch step {
                case .effect(.askCluster(let cluster)): .askCluster(cluster)
                case .effect(.forgetCluster): .forgetCluster
                default: nil
                }
            }
        }
        let url = "http://kafka-connect-service-my-iceberg-job-workers.default.svc:8083"
        let owner = try #require(scene.resource.metadata.uid)
        #expect(effects() == [.askCluster(ConnectCluster(owner: owner, url: url, readyPods: 3))])
        try scene.start(.worker, ready: 1)
        #expect(effects() == [.askCluster(ConnectCluster(owner: owner, url: url, readyPods: 1))])
        try scene.start(.worker, ready: 0)
        #expect(effects() == [.forgetCluster])
        scene.reconcile()
        #expect(scene.condition(.clusterReachable)?.status == .unknown, "what it said before counts no more")
        scene.seen.connect = .notAsked
        #expect(effects() == [])
    }

    // MARK: What the workers can run

    @Test(.rows(212)) func theStatusSaysWhereTheWorkersAnswerAndWhatTheyCanRun() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.connect = .version(
            "4.1.0",
            plugins: [
                .init(
                    className: "org.apache.kafka.connect.mirror.MirrorSourceConnector",
                    type: "source",
                    version: "4.1.0"
                ),
                .init(className: "org.apache.iceberg.connect.IcebergSinkConnector", type: "sink", version: "1.10.0"),
            ]
        )
        scene.settle()
        let connect = try #require(scene.resource.status?.connect)
        #expect(connect.url == "http://kafka-connect-service-my-iceberg-job-workers.default.svc:8083")
        #expect(
            connect.plugins.map(\.className).map { $0.split(separator: ".").last } == [
                "IcebergSinkConnector", "MirrorSourceConnector",
            ]
        )
        #expect(connect.plugins.map(\.version) == ["1.10.0", "4.1.0"])
        // A worker that does not say it this time has not lost them.
        scene.seen.connect = .version("4.1.0")
        scene.settle()
        #expect(scene.resource.status?.connect == connect)
    }

    @Test(.rows(212)) func howeverManyPlugInsThereAreTheStatusStaysSmall() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let long = String(repeating: "x", count: 10_000)
        let plugins = (0..<1000).map {
            IcebergConnectStatus.Plugin(className: "\($0)\(long)", type: long, version: long)
        }
        scene.seen.connect = .version("4.1.0", plugins: plugins)
        let status = try #require(scene.reconcile().status)
        #expect(status.connect?.plugins.count == IcebergConnectStatus.mostPlugins)
        #expect(status.jsonBytes.count < 64 << 10)
        #expect(IcebergConnectSchema.status.problems(in: try JSONDocument(parsing: status.jsonBytes).decode()) == [])
    }

    @Test func countsAreThoseOfTheRealDeployments() throws {
        var scene = try Scene.quickStart()
        #expect(scene.reconcile().status?.workerStatus == IcebergConnectStatus.Pods(ready: 0, desired: 3, replicas: 0))
        try scene.finishTransfers()
        scene.settle()
        try scene.start(.worker, ready: 2)
        scene.seen.workers?.image = "somebody/edited:it"
        scene.settle()
        #expect(
            scene.resource.status?.workerStatus
                == IcebergConnectStatus.Pods(ready: 2, desired: 3, replicas: 3, image: "somebody/edited:it")
        )
        #expect(scene.resource.status?.coordinatorStatus?.desired == 1)
        #expect(
            scene.resource.status?.connect?.url
                == "http://kafka-connect-service-my-iceberg-job-workers.default.svc:8083"
        )
    }

    @Test func theVersionIsRemembered() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.connect = .unreachable(reason: "TimedOut", message: "No answer within 5 s")
        scene.settle()
        #expect(scene.resource.status?.connect?.version == "4.1.0")
    }

    @Test(.rows(279)) func theSelectorIsTheDeploymentsOwn() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let labels = scene.deployment(of: .worker)?[["spec", "selector", "matchLabels"]]
        let parts = labels?.keys.compactMap { key in labels?[key].string.map { "\(key)=\($0)" } } ?? []
        #expect(Set(parts) == Set(scene.resource.status?.selector?.split(separator: ",").map(String.init) ?? []))
    }

    @Test func anEditIsNotTakenForDoneBeforeItIs() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit { $0["spec"]?["worker"]?["config"] = ["key.converter": "x.Y"] }
        // The Deployment is still the old one, and ready.
        let plan = scene.reconcile()
        #expect(plan.status?.phase == .deploying)
        #expect(plan.status?.conditions["Ready"]?.status == .false)
    }

    @Test func anotherGenerationOfTheDeploymentDoesNotCount() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.workers?.isCurrent = false
        scene.settle()
        #expect(scene.resource.status?.phase == .deploying)
    }

    @Test func aNewOperatorDoesNotDoubtWhatWasReady() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.connect = .notAsked
        let plan = scene.reconcile()
        #expect(plan.status?.phase == .ready)
        #expect(plan.events.isEmpty)
    }

    // MARK: Changes

    @Test(.rows(57)) func scalingTouchesOnlyTheReplicas() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let before = try #require(scene.deployment(of: .worker))
        let others = scene.applied.filter { !$0.key.contains("Deployment default/kafka") }
        try scene.edit { $0["spec"]?["worker"]?["replicas"] = 5 }
        scene.settle()
        let after = try #require(scene.deployment(of: .worker))
        #expect(after["spec"]?["replicas"] == 5)
        #expect(after[["spec", "template"]] == before[["spec", "template"]])
        #expect(scene.applied.filter { !$0.key.contains("Deployment default/kafka") } == others)

        try scene.start(.worker, ready: 3)
        scene.settle()
        #expect(scene.condition(.reconciling)?.status == .true)
        #expect(scene.condition(.degraded)?.status == .false)
        try scene.start(.worker)
        scene.settle()
        #expect(scene.resource.status?.phase == .ready)
    }

    @Test(.rows(58)) func aChangedSettingRollsThePodsAndKeepsTheSelector() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let before = try #require(scene.deployment(of: .worker))
        try scene.edit { $0["spec"]?["worker"]?["config"] = ["producer.compression.type": "zstd"] }
        scene.settle()
        let after = try #require(scene.deployment(of: .worker))
        #expect(after[["spec", "selector"]] == before[["spec", "selector"]])
        #expect(after[["spec", "template"]] != before[["spec", "template"]])
        let file = "ConfigMap default/kafka-connect-worker-config-my-iceberg-job-workers"
        #expect(
            scene.object(file)?["data"]?[WorkerFile.name].string?.contains("producer.compression.type=zstd\n") == true
        )

        try scene.edit { _ in }
        scene.settle()
        #expect(scene.deployment(of: .worker) == before, "a setting that is taken out leaves nothing behind")
        #expect(scene.object(file)?["data"]?[WorkerFile.name].string?.contains("compression") == false)
    }

    /// Two of three workers are ready, and one has the new settings already.
    static func rollingUpdate() throws -> Scene {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit { $0["spec"]?["worker"]?["config"] = ["key.converter": "x.Y"] }
        scene.settle()
        try scene.start(.worker, ready: 2)
        scene.seen.workers?.updated = 1
        return scene
    }

    @Test(.rows(206)) func aRollingUpdateIsNoDegradation() throws {
        var scene = try Self.rollingUpdate()
        scene.settle()
        #expect(scene.condition(.reconciling)?.status == .true)
        #expect(scene.condition(.degraded)?.status == .false)
        #expect(scene.condition(.ready)?.status == .false)
    }

    @Test(.rows(205)) func aPodThatIsLostIsADegradation() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.start(.worker, ready: 2)
        var events = scene.settle().flatMap(\.events)
        #expect(scene.condition(.degraded)?.status == .true)
        #expect(scene.condition(.degraded)?.message == "worker: 2 of 3 pods are ready")
        #expect(scene.condition(.ready)?.status == .false)
        #expect(events.contains { $0.reason == "Degraded" && $0.severity == .warning })
        // It stays one for as long as it lasts.
        #expect(scene.settle().flatMap(\.events).isEmpty)
        #expect(scene.condition(.degraded)?.status == .true)
        try scene.start(.worker)
        events = scene.settle().flatMap(\.events)
        #expect(scene.condition(.degraded)?.status == .false)
        #expect(events.contains { $0.reason == "Recovered" })
    }

    @Test func aRolloutThatIsStuckIsADegradation() throws {
        var scene = try Self.rollingUpdate()
        scene.seen.workers?.obstacle = "ReplicaSet \"workers-1\" has timed out progressing."
        scene.settle()
        #expect(scene.condition(.degraded)?.status == .true)
    }

    /// As with an image that no node can pull, or a quota.
    @Test(.rows(205)) func aFirstRolloutThatIsStuckSaysWhy() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        try scene.start(.worker, ready: 0)
        scene.seen.workers?.obstacle = "pods \"workers-1-abc\" is forbidden: exceeded quota: small"
        let events = scene.settle().flatMap(\.events)
        #expect(scene.resource.status?.phase == .deploying)
        #expect(scene.resource.status?.message.contains("exceeded quota: small") == true)
        #expect(scene.condition(.ready)?.reason == "RolloutStuck")
        #expect(scene.condition(.reconciling)?.status == .true)
        let told = events.filter { $0.reason == "RolloutStuck" }
        #expect(told.count == 1)
        #expect(told.first?.severity == .warning)
        let command = "kubectl describe pods -n default -l app=kafka-connect-workers,cluster="
        #expect(told.first?.note.contains(command) == true)
        #expect(scene.settle().flatMap(\.events).isEmpty, "told once")

        // A newer Deployment of which Kubernetes has not said anything yet.
        scene.seen.workers?.isCurrent = false
        scene.settle()
        #expect(scene.condition(.ready)?.reason == "Deploying")
        scene.seen.workers?.isCurrent = true
        scene.seen.workers?.obstacle = nil
        scene.settle()
        #expect(scene.condition(.ready)?.reason == "Deploying")
    }

    @Test func aClusterThatStopsAnsweringIsNoLongerReady() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.connect = .unreachable(reason: "TimedOut", message: "No answer within 5 s")
        let events = scene.settle().flatMap(\.events)
        #expect(scene.condition(.ready)?.status == .false)
        #expect(scene.condition(.clusterReachable)?.status == .false)
        #expect(events.contains { $0.reason == "ClusterUnreachable" })
    }

    // MARK: What the coordinator cannot do yet

    @Test func theCoordinatorSaysThatItDoesNotCommit() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let commits = try #require(scene.condition(.commitsEnabled))
        #expect(commits.status == .false && commits.reason == "NotImplemented")
        #expect(commits.message.contains("does not commit"))
        #expect(scene.condition(.ready)?.status == .true)
    }

    @Test func aCatalogueInMemoryIsSaidToBeOfNoUse() throws {
        var scene = try Scene(example: "development")
        try scene.becomeReady()
        #expect(scene.condition(.catalogSupported)?.status == .false)
        #expect(scene.condition(.catalogSupported)?.reason == "MemoryCatalog")
    }
}
