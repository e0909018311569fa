// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Testing

@Suite
struct JSONPatchTests {
    @Test func theKeysOfAnnotationsAreEscaped() {
        let path = JSONPatch.pointer("metadata", "annotations", "kittiwake.example/a~b")
        #expect(path == "/metadata/annotations/kittiwake.example~1a~0b")
    }

    @Test func operationsAreWrittenAsTheStandardSays() {
        let operations: [JSONPatch] = [
            .test(path: "/a", 1), .add(path: "/b", "x"), .replace(path: "/c", true), .remove(path: "/d"),
        ]
        let text = String(decoding: JSON.array(operations.map(\.json)).jsonBytes, as: UTF8.self)
        #expect(
            text == #"[{"op":"test","path":"/a","value":1},{"op":"add","path":"/b","value":"x"},"#
                + #"{"op":"replace","path":"/c","value":true},{"op":"remove","path":"/d"}]"#
        )
    }
}
