// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

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
        try scene.transfer(.worker, ImageStandingTests.missing)
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
