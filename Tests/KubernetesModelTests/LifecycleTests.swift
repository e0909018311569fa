// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Testing

@Suite
struct LifecycleTests {
    let ours = "kittiwake.example/connector"

    func metadata(deleting: Bool, finalizers: [String]) -> ObjectMeta {
        var metadata = ObjectMeta(name: "orders", namespace: "shop", finalizers: finalizers)
        metadata.deletionTimestamp = deleting ? "2026-01-02T03:04:05Z" : nil
        return metadata
    }

    @Test func theFinalizerComesBeforeTheFirstSideEffect() {
        #expect(Lifecycle(of: metadata(deleting: false, finalizers: []), finalizer: ours) == .addFinalizer)
        #expect(Lifecycle(of: metadata(deleting: false, finalizers: [ours]), finalizer: ours) == .reconcile)
    }

    @Test func aDeletedObjectThatWeHoldIsCleanedUp() {
        let going = metadata(deleting: true, finalizers: [ours, "other.example/x"])
        #expect(Lifecycle(of: going, finalizer: ours) == .cleanUp)
    }

    @Test func anotherControllersFinalizerIsNotOurBusiness() {
        let going = metadata(deleting: true, finalizers: ["other.example/x"])
        #expect(Lifecycle(of: going, finalizer: ours) == .leaveAlone)
    }

    @Test func aKindWithoutFinalizerIsReconciledUntilItIsDeleted() {
        #expect(Lifecycle(of: metadata(deleting: false, finalizers: []), finalizer: nil) == .reconcile)
        #expect(Lifecycle(of: metadata(deleting: true, finalizers: ["x/y"]), finalizer: nil) == .leaveAlone)
    }
}
