// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Testing

@Suite
struct JSONPatchTests {
    @Test func operationsAreWrittenAsTheStandardSays() {
        let operations: [JSONPatch] = [.test(path: "/a", 1), .add(path: "/b", "x")]
        let text = String(decoding: JSON.array(operations.map(\.json)).jsonBytes, as: UTF8.self)
        #expect(text == #"[{"op":"test","path":"/a","value":1},{"op":"add","path":"/b","value":"x"}]"#)
    }
}
