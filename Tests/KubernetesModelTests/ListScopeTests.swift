// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Testing

@Suite
struct ListScopeTests {
    let metadata = ObjectMeta(name: "a", namespace: "shop", labels: ["app": "x", "team": "y"])

    @Test(
        arguments: [
            (nil, true), ("app=x", true), ("app=x,team=y", true), ("app=x,team=z", false), ("other=1", false),
            // Perhaps, but not surely.
            ("app", false), ("app!=z", false), ("app in (x,y)", false),
        ] as [(String?, Bool)]
    )
    func aSelectorAdmitsWhatItSurelySelects(selector: String?, isAdmitted: Bool) {
        #expect(ListScope(labelSelector: selector).admits(metadata) == isAdmitted)
    }

    @Test func aNamespaceAdmitsItsOwn() {
        #expect(ListScope(namespace: "shop").admits(metadata))
        #expect(!ListScope(namespace: "other").admits(metadata))
    }
}
