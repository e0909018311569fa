// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

func parse(_ text: String) throws(JSONError) -> JSON { try JSONDocument(parsing: Array(text.utf8)).decode() }

@Suite
struct JSONDocumentTests {
    @Test(
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("-0", .integer(0)), ("-12", .integer(-12)),
            ("1.5", .double(1.5)),
            ("1e2", .double(100)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            (#""a\u00e9\n\ud83d\ude00""#, .string("a\u{e9}\n\u{1f600}")), (#""a\u0000b""#, .string("a\0b")),
            ("[]", .array([])), ("[1,[2]]", .array([.integer(1), .array([.integer(2)])])),
            ("{}", .object(JSONObject())),
            (#"{"a":{"b":null}}"#, .object(JSONObject([("a", .object(JSONObject([("b", .null)])))]))),
        ] as [(String, JSON)]
    )
    func acceptsWhatTheGrammarAllows(text: String, value: JSON) throws {
        #expect(try parse(text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "01", "+1", ".5", "5.", "1e", "-", "NaN", "Infinity", "1e999", "[1,]", #"{"a":1,}"#, "{a:1}",
        "'a'", "/*c*/1", "{} {}", "[", #"{"a"}"#, #"{"a":}"#, #"{1:2}"#, #""\x""#, #""\u12""#, #""\ud800""#,
        #""\udc00""#, "\"a", "\"\t\"", "\u{feff}{}",
    ])
    func malformedTextIsRefused(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        arguments: [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]] as [[UInt8]]
    )
    func refusesBytesThatAreNotUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError.self) { try JSONDocument(parsing: [quote] + bytes + [quote]) }
    }

    @Test func saysWhereTheTextIsWrong() {
        #expect(throws: JSONError("trailing comma is not allowed, line 2, column 8")) {
            try JSONDocument(parsing: Array("{\n\"a\": [1,]}".utf8))
        }
    }

    @Test func nestingIsLimitedInATreeOnly() throws {
        let deep =
            Array(String(repeating: "[", count: 100_000).utf8) + Array(String(repeating: "]", count: 100_000).utf8)
        let document = try JSONDocument(parsing: deep)
        #expect(throws: JSONError.self) { try document.decode(JSON.self) }
    }
}
