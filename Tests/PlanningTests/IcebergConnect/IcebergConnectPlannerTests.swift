// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// The whole plans, also those for resources that go or fail.
@Suite
struct IcebergConnectPlannerTests {
    // The objects of the documented manifests.
    @Test(.rows(34), arguments: ["quick-start", "production", "development"])
    func theObjectsOfAnExampleAreThese(example: String) throws {
        var scene = try Scene(example: example)
        scene.reconcile()
        try scene.finishTransfers()
        scene.reconcile()
        try Golden.expect(scene.objects, "\(example).yaml")
    }

    @Test func theLeaseOfACoordinatorThatMovedIsFound() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        // Leases are watched by nobody.
        let children = scene.seen.children.filter { $0.kind != .lease }
        let moved = try Scene.quickStart { $0["spec"]?["coordinator"]?["namespace"] = "elsewhere" }
        for spec in [moved.resource.spec, IcebergConnect.read([:])] {
            scene.resource.spec = spec
            let wanted = IcebergConnectPlanner.wantedObjects(of: scene.resource, beside: children)
            let leases = wanted.filter { $0.kind == .lease }.map(\.key.description)
            #expect(leases.contains("default/iceberg-job-manager-my-iceberg-job-leader"))
            #expect(Set(leases).count == leases.count)
        }
    }

    @Test func whatCouldNotBeDoneIsFailedAndNotWhatWasPlanned() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let planned = try #require(scene.plan.status)
        #expect(planned.phase == .ready)
        let status = IcebergConnectPlanner.statusOfFailure("no quota", of: scene.resource, planned: planned)
        #expect(status.phase == .failed && status.message == "no quota")
        #expect(status.images == planned.images && status.claims == planned.claims)
    }

    // MARK: Marks that were removed

    @Test func whatWeMadeAndNobodyOwnsAnyMoreIsTakenBackAlsoWhileNotReady() throws {
        var scene = try Scene.quickStart()
        let key = ObjectKey(namespace: "default", name: "kafka-connect-service-my-iceberg-job-workers")
        let bare = ObjectMeta(name: key.name, namespace: key.namespace, uid: "the service's")
        scene.seen.children = [Observation.Child(kind: .service, metadata: bare, isOurs: true)]
        scene.reconcile()
        try scene.finishTransfers()
        let plans = scene.settle()
        #expect(scene.condition(.nameConflict)?.status == .false)
        #expect(plans.flatMap(\.applies).contains("Service \(key)"))
        #expect(plans.flatMap(\.deletions).isEmpty)
        let cleanup = IcebergConnectPlanner.planCleanup(scene.resource, given: scene.seen)
        #expect(cleanup.deletions.contains("Service \(key) the service's"))
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
        let plan = IcebergConnectPlanner.planCleanup(scene.resource, given: scene.seen)
        let deleted = plan.deletions
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
        let plan = IcebergConnectPlanner.planCleanup(scene.resource, given: scene.seen)
        #expect(plan.deletions.isEmpty)
    }
}
