// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import YAML

@Suite
struct YAMLWriterTests {
    func text(_ values: JSON...) -> String { String(decoding: YAML.text(of: values), as: UTF8.self) }

    @Test func documentsLookAsKubectlShowsThem() {
        let object: JSON = [
            "apiVersion": "v1", "data": ["file": "a=1\nb=2\n", "port": "8083", "yes": "yes"],
            "list": ["x", 1, true, .null, [:], []], "empty": "",
        ]
        #expect(
            text(object, ["kind": "Second"]) == """
                apiVersion: v1
                data:
                  file: |
                    a=1
                    b=2
                  port: "8083"
                  "yes": "yes"
                list:
                - x
                - 1
                - true
                - null
                - {}
                - []
                empty: ""
                ---
                kind: Second

                """
        )
    }

    @Test(arguments: [
        "", " ", "a", "a b", " a", "a ", "null", "~", "true", "No", "0644", "1e3", "1_000", "2026-01-01", "-", "- a",
        "a: b",
        "a #b", "#a", "'", "\"", "\\", "a\nb", "a\nb\n", "a\n\n", "\na", "a \nb", "a\tb", "ä", "😀", "{", "[x]", "*a",
        "&a",
        "!a", "%", "@", "`", "|", ">", "? a", ",", "a\r\nb", "\u{1}", "\u{85}", "\u{2028}", "\u{FEFF}", "<<",
    ])
    func everyStringReadsBackAsItWas(string: String) throws {
        let value: JSON = ["value": .string(string), "list": [.string(string)]]
        let documents = try YAML.documents(in: YAML.text(of: [value]))
        let back: JSON = try #require(documents.first).decode()
        #expect(back == value)
    }
}
