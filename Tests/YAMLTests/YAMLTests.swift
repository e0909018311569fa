// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite
struct YAMLTests {
    func json(_ text: String) throws -> [String] {
        try YAML.documents(in: Array(text.utf8)).map { document in
            String(decoding: try document.decode(JSON.self).jsonBytes, as: UTF8.self)
        }
    }

    @Test func aManifestReadsAsItsJSON() throws {
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: worker, labels: {app: connect}}
            data:
              connect.properties: |
                group.id=orders
                offset.flush.interval.ms=10000
              empty: ""
              folded: >-
                one
                two
            """
        let expected =
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"worker","labels":{"app":"connect"}},"#
            + #""data":{"connect.properties":"group.id=orders\noffset.flush.interval.ms=10000\n","empty":"","#
            + #""folded":"one two"}}"#
        #expect(try json(text) == [expected])
    }

    @Test func aStreamHasSeveralDocuments() throws {
        #expect(try json("a: 1\n---\n- b\n---\n") == [#"{"a":1}"#, #"["b"]"#, "null"])
        #expect(try json("") == [])
        #expect(try json("# only a comment\n") == [])
    }

    @Test(arguments: [
        ("0644", "420"), ("0o644", "420"), ("0x1F", "31"), ("0b101", "5"), ("1_000", "1000"), ("-12", "-12"),
        ("+3", "3"), ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
        ("1.5", "1.5"), ("-.5", "-0.5"), ("1e3", "1000.0"), ("yes", "true"), ("Off", "false"), ("y", "true"),
        ("~", "null"), ("null", "null"), ("True", "true"), ("nope", #""nope""#), ("3.7.1", #""3.7.1""#),
        ("2026-01-02", #""2026-01-02""#), ("08", "8.0"), (".", #"".""#), ("1h", #""1h""#),
        ("500m", #""500m""#), ("4Gi", #""4Gi""#), ("+", #""+""#), (".inf", #"".inf""#), ("'0644'", #""0644""#),
        ("\"yes\"", #""yes""#), ("!!str 12", #""12""#), ("10.0.0.1", #""10.0.0.1""#), ("1e999", #""1e999""#),
        ("0x+5", #""0x+5""#), ("0+7", #""0+7""#), ("0-0", #""0-0""#), ("0b-1", #""0b-1""#),
    ])
    func aPlainScalarMeansWhatItMeansToKubectl(text: String, expected: String) throws {
        #expect(try json("- " + text) == ["[\(expected)]"])
    }

    @Test func anAliasRepeatsItsAnchor() throws {
        #expect(
            try json("a: &x [1, {b: c}]\nd: *x\ne: *x") == [#"{"a":[1,{"b":"c"}],"d":[1,{"b":"c"}],"e":[1,{"b":"c"}]}"#]
        )
    }

    @Test func aKeyIsAlwaysAString() throws {
        #expect(try json("8083: a\ntrue: b\n~: c") == [#"{"8083":"a","true":"b","~":"c"}"#])
    }

    @Test(arguments: [
        ("a: 1\na: 2", "line 2, column 1: the key \"a\" appears twice"),
        ("a: *nowhere", "line 1, column 4: the alias has no anchor before it"),
        ("a: [1", "line 2, column 1: did not find expected ',' or ']'"),
        ("[a]: b", "line 1, column 1: a key has to be a scalar"),
        ("b: {<<: {a: 1}}", "line 1, column 5: merge keys are not supported"),
    ])
    func saysWhereItIsWrong(text: String, message: String) {
        #expect {
            try json(text)
        } throws: { error in
            "\(error)" == message
        }
    }

    @Test func aliasesCannotGrowWithoutBound() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: YAMLError.self) { try json(text) }
    }

    @Test func aliasesCannotRepeatALongTextWithoutBound() {
        func aliases(_ count: Int) -> String { "b: [" + String(repeating: "*a,", count: count) + "]" }
        let value = "a: &a " + String(repeating: "x", count: 1 << 20) + "\n"
        #expect(throws: YAMLError.self) { try json(value + aliases(100)) }
        let key = "a: &a {" + String(repeating: "x", count: 1 << 9) + ": 1}\n"
        #expect(throws: YAMLError.self) { try json(key + aliases(100_000)) }
    }

    @Test func nestingCannotGrowWithoutBound() {
        #expect(throws: YAMLError.self) {
            try json(String(repeating: "[", count: 300) + String(repeating: "]", count: 300))
        }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: YAMLError.self) { try YAML.documents(in: [0x61, 0x3a, 0x20, 0xff]) }
    }
}
