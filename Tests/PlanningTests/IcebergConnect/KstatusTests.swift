// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestServers
import TestSupport
import Testing

/// What tools that wait for resources make of each situation that a plan can see. What only the runtime sees is in
/// `FirstStatusTests`.
@Suite
struct KstatusTests {
    func check(_ expected: Kstatus, _ scene: Scene, _ location: SourceLocation = #_sourceLocation) {
        #expect(Kstatus(of: scene.resource) == expected, sourceLocation: location)
        let status = scene.resource.status
        let both = ["Stalled", "Reconciling"].allSatisfy { status?.conditions[$0]?.status == .true }
        #expect(!both, sourceLocation: location)
        for type in IcebergConnectCondition.allCases {
            #expect(scene.condition(type) != nil, "\(type)", sourceLocation: location)
        }
    }

    @Test(.rows(203, 204)) func onTheWayToReadyItIsInProgress() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        check(.inProgress, scene)
        scene.settle()
        check(.inProgress, scene)
        try scene.transfer(.worker, ImageStandingTests.missing)
        scene.settle()
        check(.inProgress, scene)
        try scene.finishTransfers()
        scene.settle()
        check(.inProgress, scene)
        try scene.start(.worker)
        try scene.start(.coordinator)
        scene.seen.connect = .version("4.1.0")
        scene.settle()
        check(.current, scene)
        scene.resource.metadata.generation = 2
        #expect(Kstatus(of: scene.resource) == .inProgress, "nobody has looked at the new generation")
        scene.settle()
        check(.current, scene)
    }

    @Test(.rows(203, 204)) func anInvalidSpecificationHasFailed() throws {
        var scene = try Scene.quickStart(RejectedSpecTests.invalid)
        scene.settle()
        check(.failed, scene)
        try scene.edit { _ in }
        scene.settle()
        check(.inProgress, scene)
        var changed = try Scene.ready()
        try changed.edit(RejectedSpecTests.invalid)
        changed.settle()
        check(.failed, changed)
    }

    @Test(.rows(203, 204)) func whoeverIsRefusedHasFailed() throws {
        var scene = try Scene.ready()
        var other = IcebergConnectClaimant(scene.resource)
        other.key = ObjectKey(namespace: "default", name: "another")
        other.creationTimestamp = "2025-01-01T00:00:00Z"
        scene.seen.siblings = [other]
        scene.settle()
        check(.failed, scene)
    }

    @Test(.rows(203, 204)) func podsWhereNobodyLooksAreAFailure() throws {
        var scene = try Scene.quickStart { $0["spec"]?["worker"]?["namespace"] = "kafka" }
        scene.seen.settings.watchedNamespaces = ["default"]
        scene.settle()
        check(.failed, scene)
    }

    @Test(.rows(203, 204)) func aForeignObjectOfANeededNameIsWaitedFor() throws {
        var scene = try Scene.ready()
        scene.seen.children[0].owner = .resource(uid: "somebody")
        scene.settle()
        check(.inProgress, scene)
    }

    @Test(.rows(203, 204)) func aMissingSecretIsWaitedFor() throws {
        var scene = try Scene.quickStart(ReferencedSecretsTests.change)
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        #expect(scene.condition(.secretsResolved)?.status == .false)
        check(.inProgress, scene)
    }

    @Test(.rows(203, 204)) func aStuckRolloutIsWaitedFor() throws {
        var first = try Scene.quickStart()
        first.reconcile()
        try first.finishTransfers()
        first.settle()
        try first.start(.worker, ready: 0)
        first.seen.workers?.obstacle = "exceeded quota: small"
        first.settle()
        #expect(first.condition(.ready)?.reason == "RolloutStuck")
        check(.inProgress, first)

        var update = try IcebergConnectAssessmentTests.rollingUpdate()
        update.seen.workers?.obstacle = "has timed out progressing."
        update.settle()
        #expect(update.condition(.degraded)?.status == .true)
        check(.inProgress, update)
    }

    @Test(.rows(203, 204)) func whatHasLostAPartIsNotCurrent() throws {
        var scene = try Scene.ready()
        try scene.start(.worker, ready: 2)
        scene.settle()
        check(.inProgress, scene)
        var silent = try Scene.ready()
        silent.seen.connect = .unreachable(reason: "TimedOut", message: "No answer within 5 s")
        silent.settle()
        check(.inProgress, silent)
    }
}
