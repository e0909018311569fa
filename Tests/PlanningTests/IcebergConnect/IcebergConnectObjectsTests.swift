// SPDX-License-Identifier: Apache-2.0

import JSON
import Planning
import Resources
import TestSupport
import Testing

/// The objects of the documented manifests, whole.
@Suite
struct IcebergConnectObjectsTests {
    @Test(.rows(34), arguments: ["quick-start", "production", "development"])
    func theObjectsOfAnExampleAreThese(example: String) throws {
        var scene = try Scene(example: example)
        scene.reconcile()
        try scene.finishTransfers()
        scene.reconcile()
        try Golden.expect(scene.objects, "\(example).yaml")
    }
}
