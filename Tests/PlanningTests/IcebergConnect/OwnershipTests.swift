// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// Whose the objects are, and what happens to those that are not wanted any more.
@Suite
struct OwnershipTests {
    static func deletions(_ plan: IcebergConnectPlan.Whole) -> [String] {
        plan.steps.compactMap { step in
            if case .delete(let kind, let key, let uid) = step { "\(kind.kind) \(key) \(uid)" } else { nil }
        }
    }

    static func applies(_ plan: IcebergConnectPlan.Whole) -> [String] {
        plan.steps.compactMap { if case .apply(let intent) = $0 { "\(intent.kind.kind) \(intent.key)" } else { nil } }
    }

    // MARK: Marks

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

    // MARK: Somebody else's

    @Test func aStrangersObjectIsLeftAlone() throws {
        var scene = try Scene.quickStart()
        let key = ObjectKey(namespace: "default", name: "kafka-connect-service-my-iceberg-job-workers")
        scene.seen.children = [scene.child(.service, key, owner: nil)]
        scene.reconcile()
        try scene.finishTransfers()
        let plans = scene.settle()
        #expect(!plans.flatMap(Self.applies).contains { $0.contains("kafka-connect-") }, "nothing of the workers")
        #expect(plans.flatMap(Self.applies).contains { $0.hasPrefix("Deployment") }, "the coordinator goes on")
        #expect(plans.flatMap(Self.deletions).isEmpty)
        let conflict = try #require(scene.condition(.nameConflict))
        #expect(conflict.status == .true && conflict.message.contains("Service default/kafka-connect-service"))
        #expect(scene.condition(.ready)?.reason == "NameConflict")
        #expect(scene.condition(.stalled)?.status == .false, "it is looked at again")
        #expect(scene.plan.revisit == .after(.seconds(30)))

        scene.seen.children.removeAll { $0.key == key }
        let events = scene.settle().flatMap(\.events)
        #expect(events.contains { $0.reason == "NameConflictResolved" })
        #expect(scene.deployment(of: .worker) != nil)
    }

    @Test func anObjectOfAPredecessorOfTheSameNameIsAStrangers() throws {
        var scene = try Scene.quickStart()
        let key = ObjectKey(namespace: "default", name: "iceberg-job-manager-my-iceberg-job")
        scene.seen.children = [scene.child(.deployment, key, owner: "uid of the deleted resource of that name")]
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        #expect(scene.condition(.nameConflict)?.status == .true)
        #expect(scene.deployment(of: .coordinator) == nil)
    }

    // MARK: Marks that were removed

    @Test func theControllerCountsMoreThanALabelAndNoOtherLabelIsNeeded() {
        var metadata = ObjectMeta(name: "x", namespace: "shop", labels: [OwnerLabel.uid: "a"])
        #expect(OwnerLabel.owner(of: metadata) == "a")
        metadata.labels = [OwnerLabel.uid: "a", "app.kubernetes.io/managed-by": "Helm"]
        #expect(OwnerLabel.owner(of: metadata) == "a")
        metadata.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: "b")]
        #expect(OwnerLabel.owner(of: metadata) == "b")
        metadata = ObjectMeta(name: "x")
        metadata.ownerReferences = [
            OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: "b", isController: false)
        ]
        #expect(OwnerLabel.owner(of: metadata) == nil)
    }

    @Test func whatWeMadeAndNobodyOwnsAnyMoreIsTakenBackAlsoWhileNotReady() throws {
        var scene = try Scene.quickStart()
        let key = ObjectKey(namespace: "default", name: "kafka-connect-service-my-iceberg-job-workers")
        let bare = ObjectMeta(name: key.name, namespace: key.namespace, uid: "the service's")
        scene.seen.children = [Observation.Child(kind: .service, metadata: bare, isOurs: true)]
        scene.reconcile()
        try scene.finishTransfers()
        let plans = scene.settle()
        #expect(scene.condition(.nameConflict)?.status == .false)
        #expect(plans.flatMap(Self.applies).contains("Service \(key)"))
        #expect(plans.flatMap(Self.deletions).isEmpty)
        let cleanup = IcebergConnectPlan.planCleanup(scene.resource, given: scene.seen)
        #expect(Self.deletions(cleanup).contains("Service \(key) the service's"))
    }

    // MARK: Not wanted any more

    static func edited(_ change: (inout JSON) -> Void) throws -> String {
        String(decoding: try Scene.manifest(change), as: UTF8.self)
    }

    @Test func aRenamedClusterLeavesNothingBehind() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.edited { $0["spec"]?["worker"]?["clusterName"] = "renamed" })
        let plan = scene.reconcile()
        let deleted = Self.deletions(plan)
        #expect(
            Set(deleted.map { $0.prefix { $0 != " " } }) == ["Deployment", "ConfigMap", "Service"]
        )
        #expect(deleted.count == 4)
        #expect(deleted.allSatisfy { $0.contains("my-iceberg-job-workers") && $0.contains("uid of") })
        #expect(Self.applies(plan).contains("Deployment default/kafka-connect-workers-renamed"))
        #expect(Self.deletions(scene.reconcile()).isEmpty)
    }

    @Test func theOldOnesStayUntilTheNewOnesCanBeMade() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(
            Self.edited {
                $0["spec"]?["worker"]?["clusterName"] = "renamed"
                $0["spec"]?["worker"]?["kafka"]?["saslJaasConfigFrom"] = ["name": "kafka", "key": "jaas"]
            }
        )
        #expect(Self.deletions(scene.reconcile()).isEmpty)
        scene.seen.secrets["kafka"] = ["jaas": Secret("x required;")]
        #expect(Self.deletions(scene.reconcile()).count == 4)
    }

    @Test func workersThatAreSwitchedOffGo() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.edited { $0["spec"]?["coordinatorOnly"] = true })
        let deleted = Self.deletions(scene.reconcile())
        #expect(deleted.count == 4)
        #expect(deleted.allSatisfy { $0.contains("kafka-connect-") })
        #expect(scene.resource.status?.workerStatus == nil)
        #expect(scene.resource.status?.claims.cluster == nil)
    }

    @Test func aCoordinatorThatMovesIsNotThereTwice() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit(Self.edited { $0["spec"]?["coordinator"]?["namespace"] = "elsewhere" })
        let plan = scene.reconcile()
        let old = plan.steps.firstIndex { if case .delete(.deployment, _, _) = $0 { true } else { false } }
        let new = plan.steps.firstIndex { step in
            if case .apply(let intent) = step {
                intent.kind == .deployment && intent.key.namespace == "elsewhere"
            } else {
                false
            }
        }
        #expect(try #require(old) < #require(new))
        #expect(Self.deletions(plan).contains { $0.hasPrefix("Lease default/iceberg-job-manager-") })
    }

    @Test func theLeaseOfACoordinatorThatMovedIsFound() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        // Leases are watched by nobody.
        let children = scene.seen.children.filter { $0.kind != .lease }
        let edited = try Self.edited { $0["spec"]?["coordinator"]?["namespace"] = "elsewhere" }
        for spec in [try Scene(yaml: edited).resource.spec, IcebergConnect.read([:])] {
            scene.resource.spec = spec
            let wanted = IcebergConnectPlan.wantedObjects(of: scene.resource, beside: children)
            let leases = wanted.filter { $0.kind == .lease }.map(\.key.description)
            #expect(leases.contains("default/iceberg-job-manager-my-iceberg-job-leader"))
            #expect(Set(leases).count == leases.count)
        }
    }

    @Test func credentialsThatAreTakenOutLeaveNoSecret() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        #expect(scene.resource.status?.credentialsSecret == "iceberg-connect-s3-my-iceberg-job")
        try scene.edit(Self.edited { $0["spec"]?["s3Config"] = ["region": "us-west-2", "bucket": "my-bucket"] })
        #expect(
            Self.deletions(scene.reconcile()) == [
                "Secret default/iceberg-connect-s3-my-iceberg-job uid of Secret default/iceberg-connect-s3-my-iceberg-job"
            ]
        )
        #expect(scene.resource.status?.credentialsSecret == nil)
    }

    @Test func anObjectThatAUserTiedToTheResourceStays() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        var metadata = ObjectMeta(name: "login", namespace: "default")
        metadata.uid = "u-login"
        metadata.ownerReferences = [
            OwnerReference(
                apiVersion: IcebergConnect.kind.apiVersion,
                kind: IcebergConnect.kind.kind,
                name: scene.resource.metadata.name,
                uid: scene.resource.metadata.uid ?? "",
                isController: false
            )
        ]
        scene.seen.children.append(.init(kind: .secret, metadata: metadata))
        #expect(Self.deletions(scene.reconcile()) == [])
    }

    @Test func whatCouldNotBeDoneIsFailedAndNotWhatWasPlanned() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let planned = try #require(scene.plan.status)
        #expect(planned.phase == .ready)
        let status = IcebergConnectPlan.statusOfFailure("no quota", of: scene.resource, planned: planned)
        #expect(status.phase == .failed && status.message == "no quota")
        #expect(status.images == planned.images && status.claims == planned.claims)
    }

    // MARK: Deletion of the resource

    @Test(.rows(18), arguments: ["quick-start", "production"])
    func aDeletedResourceTakesExactlyItsOwnObjectsAlong(example: String) throws {
        var scene = try Scene(example: example)
        try scene.becomeReady()
        let own = scene.applied.count
        let key = ObjectKey(namespace: "default", name: "kafka-connect-workers-sibling")
        scene.seen.children.append(scene.child(.deployment, key, owner: "uid of a sibling"))
        scene.seen.children.append(scene.child(.configMap, key, owner: nil))
        let plan = IcebergConnectPlan.planCleanup(scene.resource, given: scene.seen)
        let deleted = Self.deletions(plan)
        #expect(deleted.count == own)
        #expect(Set(deleted).count == own)
        #expect(!deleted.contains { $0.contains("sibling") })
        #expect(deleted.first?.hasPrefix("Deployment") == true, "pods go before what they need")
        #expect(Set(plan.steps.prefix(2).map { "\($0)" }).count == 2)
        #expect(ImageRole.allCases.allSatisfy { plan.steps.contains(.effect(.abandonImage($0))) })
        #expect(plan.steps.contains(.effect(.forgetCluster)))
        #expect(plan.revisit == .onChange)
    }

    @Test func cleaningUpAgainOrForNothingIsHarmless() throws {
        var scene = try Scene.quickStart()
        scene.resource.spec = IcebergConnect.read([:])
        let plan = IcebergConnectPlan.planCleanup(scene.resource, given: scene.seen)
        #expect(Self.deletions(plan).isEmpty)
    }
}
