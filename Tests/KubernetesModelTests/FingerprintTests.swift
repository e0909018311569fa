// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import TestSupport
import Testing

@Suite
struct FingerprintTests {
    struct Whole: JSONDecodable {
        var fingerprint: Fingerprint

        init(_ json: borrowing JSONView) throws(JSONError) { fingerprint = try Fingerprint(of: json) }
    }

    func print(_ text: String) throws -> Fingerprint {
        try JSONDocument(parsing: Array(text.utf8)).decode(Whole.self).fingerprint
    }

    let object = #"{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"n":1,"list":["a","b"],"on":true}}"#

    @Test(.rows(62)) func changesOfVersionsAndTimesDoNotCount() throws {
        let sameToUs = """
            {"apiVersion":"v1","kind":"X","metadata":{"name":"a","labels":{"x":"1"},"resourceVersion":"7","generation":2,
            "managedFields":[{"manager":"m"}]},"spec":{"n":1,"list":["a","b"],"on":true},"status":{"ready":3}}
            """
        #expect(try print(object) == print(sameToUs))
    }

    @Test(
        .rows(62),
        arguments: [
            (#""x":"1""#, #""x":"2""#), (#""n":1"#, #""n":2"#), (#"["a","b"]"#, #"["ab"]"#),
            (#"["a","b"]"#, #"["a",["b"]]"#), (#""on":true"#, #""on":false"#), (#""on":true"#, #""off":true"#),
            (#""on":true"#, #""on":"true""#), (#""name":"a""#, #""name":"b""#),
        ]
    )
    func everyChangeOfTheSpecificationCounts(old: String, new: String) throws {
        let changed = object.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
        #expect(changed != object)
        #expect(try print(object) != print(changed))
    }

    @Test func itIsTheSameInEveryProcess() { #expect(Fingerprint(of: Array("a".utf8)).value == 0xaf63_dc4c_8601_ec8c) }
}
