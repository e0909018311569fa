// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// What happens to objects of somebody else, and to those that are not wanted any more.
@Suite
struct IcebergConnectAssessmentStepsTests {
    // MARK: Somebody else's

    @Test func aStrangersObjectIsLeftAlone() throws {
        var scene = try Scene.quickStart()
        let key = ObjectKey(namespace: "default", name: "kafka-connect-service-my-iceberg-job-workers")
        scene.seen.children = [scene.child(.service, key, owner: nil)]
        scene.reconcile()
        try scene.finishTransfers()
        let plans = scene.settle()
        #expect(!plans.flatMap(\.applies).contains { $0.contains("kafka-connect-") }, "nothing of the workers")
        #expect(plans.flatMap(\.applies).contains { $0.hasPrefix("Deployment") }, "the coordinator goes on")
        #expect(plans.flatMap(\.deletions).isEmpty)
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

    // MARK: Not wanted any more

    @Test func aRenamedClusterLeavesNothingBehind() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit { $0["spec"]?["worker"]?["clusterName"] = "renamed" }
        let plan = scene.reconcile()
        let deleted = plan.deletions
        #expect(
            Set(deleted.map { $0.prefix { $0 != " " } }) == ["Deployment", "ConfigMap", "Service"]
        )
        #expect(deleted.count == 4)
        #expect(deleted.allSatisfy { $0.contains("my-iceberg-job-workers") && $0.contains("uid of") })
        #expect(plan.applies.contains("Deployment default/kafka-connect-workers-renamed"))
        #expect(scene.reconcile().deletions.isEmpty)
    }

    @Test func theOldOnesStayUntilTheNewOnesCanBeMade() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit {
            $0["spec"]?["worker"]?["clusterName"] = "renamed"
            $0["spec"]?["worker"]?["kafka"]?["saslJaasConfigFrom"] = ["name": "kafka", "key": "jaas"]
        }
        #expect(scene.reconcile().deletions.isEmpty)
        scene.seen.secrets["kafka"] = ["jaas": Secret("x required;")]
        #expect(scene.reconcile().deletions.count == 4)
    }

    @Test func workersThatAreSwitchedOffGo() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit { $0["spec"]?["coordinatorOnly"] = true }
        let deleted = scene.reconcile().deletions
        #expect(deleted.count == 4)
        #expect(deleted.allSatisfy { $0.contains("kafka-connect-") })
        #expect(scene.resource.status?.workerStatus == nil)
        #expect(scene.resource.status?.claims.cluster == nil)
    }

    @Test func aCoordinatorThatMovesIsNotThereTwice() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit { $0["spec"]?["coordinator"]?["namespace"] = "elsewhere" }
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
        #expect(plan.deletions.contains { $0.hasPrefix("Lease default/iceberg-job-manager-") })
    }

    @Test func credentialsThatAreTakenOutLeaveNoSecret() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        #expect(scene.resource.status?.credentialsSecret == "iceberg-connect-s3-my-iceberg-job")
        try scene.edit { $0["spec"]?["s3Config"] = ["region": "us-west-2", "bucket": "my-bucket"] }
        #expect(
            scene.reconcile().deletions == [
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
        #expect(scene.reconcile().deletions == [])
    }
}
