// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// Two resources that want one thing.
@Suite
struct IcebergConnectClaimantTests {
    /// Two quick starts, each of which sees the other.
    struct Pair {
        var first: Scene
        var second: Scene

        init(_ change: (inout JSON) -> Void) throws {
            first = try Scene.quickStart { $0["metadata"]?["name"] = "first" }
            second = try Scene.quickStart { object in
                object["metadata"]?["name"] = "second"
                change(&object)
            }
            second.resource.metadata.uid = "99999999-2222-3333-4444-555555555555"
            second.resource.metadata.creationTimestamp = "2026-01-01T00:00:01Z"
        }

        mutating func reconcile() {
            for _ in 1...4 {
                first.seen.siblings = [IcebergConnectClaimant(second.resource)]
                first.reconcile()
                second.seen.siblings = [IcebergConnectClaimant(first.resource)]
                second.reconcile()
            }
        }

        /// The first is gone, and so is all that belonged to it.
        mutating func removeFirst() {
            second.seen.siblings = []
        }
    }

    static func sameCluster(_ object: inout JSON) {
        object["spec"]?["worker"]?["clusterName"] = "first-workers"
        object["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job"
    }

    static func sameJob(_ object: inout JSON) {}

    @Test(.rows(37)) func theSecondOfOneClusterIsRefusedAndNamesTheFirst() throws {
        var pair = try Pair(Self.sameCluster)
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.status == .true)
        #expect(pair.first.resource.status?.claims.cluster == "default/first-workers", "the name by default")
        let refusal = try #require(pair.second.condition(.accepted))
        #expect(refusal.status == .false && refusal.reason == "DuplicateCluster")
        #expect(refusal.message.contains("default/first"))
        #expect(pair.second.applied.isEmpty)
        #expect(pair.second.resource.status?.phase == .failed)
        #expect(pair.second.condition(.stalled)?.status == .true)
        #expect(pair.second.condition(.reconciling)?.status == .false)
    }

    @Test(.rows(72)) func theSecondOfOneJobIsRefusedAndNamesTheFirst() throws {
        var pair = try Pair(Self.sameJob)
        pair.reconcile()
        let refusal = try #require(pair.second.condition(.accepted))
        #expect(refusal.status == .false && refusal.reason == "DuplicateJob")
        #expect(refusal.message.contains("default/first") && refusal.message.contains("iceberg-control"))
        #expect(pair.second.applied.isEmpty)
    }

    /// Names of a coordinator's objects are made of the resource's name alone.
    static func sameCoordinator(_ object: inout JSON) {
        object["metadata"] = ["name": "first", "namespace": "other"]
        object["spec"]?["coordinator"]?["namespace"] = "default"
        object["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job"
    }

    @Test func twoNamesakesInTwoNamespacesHaveNotTheirCoordinatorsInOne() throws {
        var pair = try Pair(Self.sameCoordinator)
        let keys = [pair.first, pair.second].map { Set(IcebergConnectClaimant($0.resource).claimKeys) }
        #expect(!keys[0].isDisjoint(with: keys[1]), "they find each other")
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.status == .true)
        #expect(pair.first.resource.status?.claims.coordinator == "default/first")
        let refusal = try #require(pair.second.condition(.accepted))
        #expect(refusal.status == .false && refusal.reason == "DuplicateCoordinator")
        #expect(refusal.message.contains("The coordinator default/first belongs to default/first"))
        #expect(pair.second.applied.isEmpty)
        pair.removeFirst()
        pair.second.settle()
        #expect(pair.second.condition(.accepted)?.status == .true)
        #expect(pair.second.resource.status?.claims.coordinator == "default/first")
    }

    @Test func whoWasRefusedAClusterShowsNoneAsItsOwn() throws {
        var pair = try Pair(Self.sameCluster)
        pair.reconcile()
        let status = try #require(pair.second.resource.status)
        #expect(status.workerStatus == nil && status.selector == nil && status.connect == nil)
    }

    @Test(arguments: [true, false]) func whenTheFirstGoesTheSecondTakesOver(isCluster: Bool) throws {
        var pair = try Pair(isCluster ? Self.sameCluster : Self.sameJob)
        pair.reconcile()
        pair.removeFirst()
        let events = pair.second.settle().flatMap(\.events)
        #expect(pair.second.condition(.accepted)?.status == .true)
        #expect(events.contains { $0.reason == "ClaimsGranted" })
        #expect(!pair.second.applied.isEmpty)
        #expect(pair.second.resource.status?.phase == .downloading)
    }

    @Test func whoHoldsAThingKeepsItAgainstAnOlderOne() throws {
        var pair = try Pair(Self.sameCluster)
        // The younger one was there alone and has everything.
        pair.second.settle()
        #expect(pair.second.resource.status?.claims.cluster == "default/first-workers")
        pair.reconcile()
        #expect(pair.second.condition(.accepted)?.status == .true)
        #expect(pair.first.condition(.accepted)?.reason == "DuplicateCluster")
        #expect(pair.first.condition(.accepted)?.message.contains("default/second") == true)
    }

    @Test func anEditTowardsAnothersClusterTakesNothing() throws {
        var pair = try Pair { $0["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job" }
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.status == .true)
        #expect(pair.second.condition(.accepted)?.status == .true)
        // The older one now wants what the younger one holds.
        try pair.first.edit { object in
            object["metadata"]?["name"] = "first"
            object["spec"]?["worker"]?["clusterName"] = "second-workers"
        }
        let objects = pair.first.applied
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.reason == "DuplicateCluster")
        #expect(pair.second.condition(.accepted)?.status == .true)
        #expect(pair.first.applied == objects, "what ran before goes on")
        #expect(pair.first.resource.status?.claims.cluster == "default/first-workers")
    }

    @Test func ofTwoResourcesOfEqualAgeTheFirstByNameHolds() throws {
        var pair = try Pair(Self.sameCluster)
        pair.second.resource.metadata.creationTimestamp = pair.first.resource.metadata.creationTimestamp
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.status == .true)
        #expect(pair.second.condition(.accepted)?.status == .false)
    }

    @Test(.rows(60)) func jobsThatDifferShareAWorkerCluster() throws {
        var pair = try Pair { object in
            object["spec"]?["coordinatorOnly"] = true
            object["spec"]?["worker"] = nil
            object["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job"
            object["spec"]?["coordinator"]?["kafka"] = ["bootstrapServers": "kafka:9092"]
        }
        pair.reconcile()
        #expect(pair.first.condition(.accepted)?.status == .true)
        #expect(pair.second.condition(.accepted)?.status == .true)
        #expect(pair.second.applied.keys.allSatisfy { !$0.contains("kafka-connect-") })
        #expect(pair.second.resource.status?.workerStatus == nil)
    }

    @Test func aResourceWhoseStatusIsPartlyUnreadableHoldsWhatItHeld() throws {
        var pair = try Pair(Self.sameJob)
        try pair.first.becomeReady()
        var object: JSON = ["metadata": ["name": "first", "namespace": "default", "uid": "u"], "spec": [:]]
        object["status"] = try JSONDocument(parsing: try #require(pair.first.resource.status).jsonBytes).decode()
        object["status"]?["images"] = 7
        let read = try JSONDocument(parsing: object.jsonBytes).decode(IcebergConnect.self)
        #expect(IcebergConnectClaimant(read).held == IcebergConnectClaimant(pair.first.resource).held)
        pair.second.seen.siblings = [IcebergConnectClaimant(read)]
        pair.second.settle()
        #expect(pair.second.condition(.accepted)?.reason == "DuplicateJob")
    }

    // MARK: What was granted and is lost

    /// Both hold the job: while the first could not be read, nobody knew that it was the same.
    static func bothHoldTheJob() throws -> Pair {
        var pair = try Pair(sameJob)
        try pair.first.becomeReady()
        try pair.second.becomeReady()
        pair.first.seen.siblings = [IcebergConnectClaimant(pair.second.resource)]
        pair.second.seen.siblings = [IcebergConnectClaimant(pair.first.resource)]
        return pair
    }

    @Test(.rows(72)) func whoLosesItsJobStopsItsCoordinatorAndKeepsItsWorkers() throws {
        var pair = try Self.bothHoldTheJob()
        let before = pair.second.applied
        #expect(pair.first.reconcile().steps.allSatisfy { if case .delete = $0 { false } else { true } })
        let plan = pair.second.reconcile()
        let key = ObjectKey(namespace: "default", name: "iceberg-job-manager-second")
        #expect(plan.steps == [.delete(kind: .deployment, key: key, uid: "uid of Deployment \(key)")])
        #expect(plan.events.map(\.reason).contains("CoordinatorStopped"))
        #expect(pair.second.applied == before.filter { $0.key != "Deployment \(key)" })
        // And that was all.
        let next = pair.second.reconcile()
        #expect(next.steps.isEmpty && next.events.isEmpty)
    }

    @Test func whoGetsItsJobBackStartsItsCoordinatorAgain() throws {
        var pair = try Self.bothHoldTheJob()
        let before = pair.second.applied
        pair.second.reconcile()
        pair.removeFirst()
        pair.second.settle()
        #expect(pair.second.applied == before)
    }

    @Test func anEditTowardsAnothersJobStopsNothing() throws {
        var pair = try Pair { $0["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job" }
        try pair.first.becomeReady()
        try pair.second.becomeReady()
        try pair.second.edit { $0["metadata"]?["name"] = "second" }
        pair.second.seen.siblings = [IcebergConnectClaimant(pair.first.resource)]
        #expect(pair.second.reconcile().steps.isEmpty, "its coordinator goes on with the job that it holds")
        #expect(pair.second.condition(.accepted)?.reason == "DuplicateJob")
    }

    // MARK: Where nobody looks

    @Test(arguments: ["worker", "coordinator"])
    func podsWhereTheOperatorDoesNotLookAreRefused(role: String) throws {
        var scene = try Scene.quickStart { $0["spec"]?[role]?["namespace"] = "kafka" }
        scene.seen.settings.watchedNamespaces = ["default", "shop"]
        let events = scene.settle().flatMap(\.events)
        let plan = scene.plan
        #expect(plan.steps.isEmpty)
        #expect(plan.revisit == .onChange)
        #expect(scene.resource.status?.phase == .failed)
        #expect(scene.condition(.stalled)?.status == .true)
        let accepted = try #require(scene.condition(.accepted))
        #expect(accepted.status == .false && accepted.reason == "NamespaceNotWatched")
        #expect(accepted.message.contains("spec.\(role).namespace is kafka"))
        #expect(accepted.message.contains("WATCH_NAMESPACE (default,shop)"))
        #expect(events.contains { $0.reason == "NamespaceNotWatched" && $0.severity == .warning })

        scene.seen.settings.watchedNamespaces.append("kafka")
        scene.settle()
        #expect(scene.condition(.accepted)?.status == .true)
        #expect(scene.resource.status?.phase == .downloading)
    }

    @Test func whatRunsWhereNobodyLooksAnyMoreIsLeftAlone() throws {
        var scene = try Scene.quickStart { $0["spec"]?["worker"]?["namespace"] = "kafka" }
        try scene.becomeReady()
        let objects = scene.applied
        scene.seen.settings.watchedNamespaces = ["default"]
        scene.settle()
        #expect(scene.condition(.accepted)?.reason == "NamespaceNotWatched")
        #expect(scene.applied == objects)
    }

    // MARK: What is the same job

    static func job(_ namespace: String, _ servers: String, group: String = "my-job") throws -> IcebergConnectClaimant {
        let scene = try Scene.quickStart { object in
            object["metadata"] = ["name": "x", "namespace": .string(namespace)]
            object["spec"]?["worker"]?["kafka"]?["bootstrapServers"] = .string(servers)
            object["spec"]?["coordinator"]?["job"]?["groupId"] = .string(group)
        }
        return IcebergConnectClaimant(scene.resource)
    }

    @Test(
        arguments: [
            ("a", "kafka:9092", "a", "other:9092", true),
            ("a", "kafka:9092", "b", "kafka:9092", false),
            ("a", "kafka.a:9092", "b", "kafka.a.svc:9092", true),
            ("a", "kafka:9092", "b", "kafka.a.svc.cluster.local:9092", true),
            ("a", "k1.example.com:9092,k2.example.com:9092", "b", "SSL://K2.example.com:9092", true),
            ("a", "k1.example.com:9092", "b", "k1.example.com:9093", false),
        ]
    )
    func jobsAreComparedByTheirKafka(
        _ namespace: String,
        _ servers: String,
        _ otherNamespace: String,
        _ otherServers: String,
        _ isSame: Bool
    ) throws {
        var scene = try Scene.quickStart { object in
            object["metadata"] = ["name": "mine", "namespace": .string(namespace)]
            object["spec"]?["worker"]?["kafka"]?["bootstrapServers"] = .string(servers)
        }
        scene.seen.siblings = [try Self.job(otherNamespace, otherServers)]
        scene.seen.siblings[0].creationTimestamp = "2025-01-01T00:00:00Z"
        scene.reconcile()
        #expect((scene.condition(.accepted)?.status == .false) == isSame)
        scene.seen.siblings = [try Self.job(otherNamespace, otherServers, group: "another")]
        scene.reconcile()
        #expect(scene.condition(.accepted)?.status == .true)
    }

    @Test func topicsInCommonAreWarnedAbout() throws {
        var pair = try Pair { $0["spec"]?["coordinator"]?["job"]?["groupId"] = "other-job" }
        pair.first.seen.siblings = [IcebergConnectClaimant(pair.second.resource)]
        pair.first.reconcile()
        let notes = pair.first.reconcile().events.filter { $0.reason == "ConfigWarning" }.map(\.note)
        let note = try #require(notes.first)
        #expect(notes.count == 1)
        for topic in ["connect-offsets", "connect-configs", "connect-status"] {
            #expect(note.contains("shares the topic \(topic) with default/second"))
        }
        // That is how they are found.
        let first = IcebergConnectClaimant(pair.first.resource)
        let second = IcebergConnectClaimant(pair.second.resource)
        #expect(Set(first.claimKeys).isDisjoint(with: second.claimKeys))
        #expect(!Set(first.sharedTopicKeys).isDisjoint(with: second.sharedTopicKeys))
    }

    @Test func anInvalidResourceKeepsWhatItHolds() throws {
        var pair = try Pair(Self.sameCluster)
        pair.reconcile()
        pair.first.resource.spec = IcebergConnect.read([:])
        pair.reconcile()
        #expect(pair.second.condition(.accepted)?.reason == "DuplicateCluster")
    }

    @Test(.rows(72)) func anInvalidResourceKeepsItsJob() throws {
        var pair = try Pair(Self.sameJob)
        pair.reconcile()
        pair.first.resource.spec = IcebergConnect.read([:])
        pair.reconcile()
        #expect(pair.second.condition(.accepted)?.reason == "DuplicateJob")
    }
}
