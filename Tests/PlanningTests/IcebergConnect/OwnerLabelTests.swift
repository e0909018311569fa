// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Planning
import Testing

@Suite
struct OwnerLabelTests {
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
}
