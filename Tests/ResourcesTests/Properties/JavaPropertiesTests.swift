// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct JavaPropertiesTests {
    static let hostile = [
        "", " ", "   leading blanks", "trailing blanks   ", "\ttab first", "a\tb", "\u{C}form feed", "\n", "\r\n", "\r",
        "a\nb=c\nd", "a\\\nb", "\\", "\\\\", "ends with a backslash\\", "C:\\Users\\u0041", "\\u00zz", "# no comment",
        "! no comment", "a#b!c", "=", "a=b", ":", "http://host:8083", "a = b : c", "\"quoted\" 'text'", "${env:POD_IP}",
        "Grüße aus Köln", "日本語", "🪶 kittiwake", "e\u{301}", "\u{0}", "\u{7F}\u{80}\u{FF}", "\u{FEFF}bom",
        "\u{2028}\u{2029}", String(repeating: "x\\", count: 5000),
        "org.apache.kafka.common.security.scram.ScramLoginModule required\nusername=\"u\"\npassword=\"p#=:\\\\\\\"\";\n",
    ]

    /// Keys cannot be the empty text: nothing in Kafka has that name.
    static let hostileKeys = hostile.filter { !$0.isEmpty }

    @Test(.rows(49)) func javaReadsBackExactlyWhatWasPutIn() async throws {
        var properties = JavaProperties()
        let values = Self.hostile.enumerated().map { (key: "value.\($0.offset)", value: $0.element) }
        let keys = Self.hostileKeys.enumerated().map { (key: "key \($0.offset) " + $0.element, value: "\($0.offset)") }
        let firstInKey = Self.hostileKeys.map { (key: $0, value: "first in the key") }
        for (title, entries) in [
            ("Values", values), ("Keys\nwith a line break: injected=1", keys), ("First", firstInKey),
        ] {
            properties.sections.append(JavaProperties.Section(title, entries))
        }
        let read = try await JavaReader.read(properties.text)
        let expected = Dictionary(properties.entries.map { ($0.key, $0.value) }) { _, last in last }
        #expect(Set(read.keys) == Set(expected.keys))
        for (key, value) in expected { #expect(read[key].map(Array.init) == Array(value), "\(key)") }
    }

    @Test func theFileIsASCII() {
        let properties = JavaProperties([JavaProperties.Section("Ä", Self.hostile.map { ($0 + "x", $0) })])
        #expect(properties.text.utf8.allSatisfy { $0 == UInt8(ascii: "\n") || (0x20..<0x7F).contains($0) })
    }

    @Test func whatNeedsNoEscapeIsWrittenAsItIs() {
        let properties = JavaProperties([
            JavaProperties.Section(
                "Security",
                [("sasl.jaas.config", "x required username=\"u\" uri=\"http://h:1/#a!\";")]
            ),
            JavaProperties.Section("Empty", []),
            JavaProperties.Section("REST API", [("rest.port", "8083")]),
        ])
        #expect(
            properties.text == """
                # Security
                sasl.jaas.config=x required username="u" uri="http://h:1/#a!";

                # REST API
                rest.port=8083

                """
        )
    }

    @Test func replacingKeepsThePlace() {
        var properties = JavaProperties([JavaProperties.Section("A", [("a", "1"), ("b", "2")])])
        let found = properties.replace("a", with: "3")
        let missed = properties.replace("c", with: "4")
        #expect(found && !missed)
        #expect(properties.text == "# A\na=3\nb=2\n")
    }

    @Test func credentialsAreMaskedAndNothingElse() {
        let properties = JavaProperties([
            JavaProperties.Section("A", [("ssl.key.password", "p"), ("bootstrap.servers", "kafka:9092")])
        ])
        #expect(properties.holdsCredentials)
        #expect(properties.masked.text == "# A\nssl.key.password=********\nbootstrap.servers=kafka:9092\n")
        #expect(!properties.masked.text.contains("=p"))
    }
}
