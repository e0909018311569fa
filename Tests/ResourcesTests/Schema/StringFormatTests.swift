// SPDX-License-Identifier: Apache-2.0

import Foundation
import Resources
import Testing

/// A format is written twice, as a pattern for the API server and as Swift. Both have to say the same.
@Suite
struct StringFormatTests {
    static let texts = [
        "", "a", "A", "0", "-", ".", "_", "a-b", "a.b", "a_b", "a__b", "a___b", "a--b", "a-.b", "a..b", "-a", "a-",
        ".a",
        "a.", "A.b", "..", "...", "a/b", "a//b", "/a", "a/", "a:b", "a:1", "a:1/b", "localhost:5000",
        "localhost:5000/team", "LOCALHOST:5000/team", "localhost:500000", "localhost:/x", "registry.example.com",
        "registry.example.com/a/b:1.0", "a:1.0@sha256:\(String(repeating: "a", count: 64))",
        "a@sha256:\(String(repeating: "a", count: 64))", "a@sha256:\(String(repeating: "A", count: 64))",
        "a@sha256:\(String(repeating: "a", count: 63))", "a@md5:00", "a:b:c", "a:.b", "a:-b", "a:_b", "A/b", "a/B",
        "kafka:9092", "kafka:9092,", ",kafka:9092", "kafka:9092,kafka:9093", " kafka:9092 , b:1 ", "kafka", "kafka:",
        "kafka:99999", "kafka:65535", "kafka:65536", "kafka:0", "kafka:09092", "kafka:1",
        "SSL://kafka:9092", "SASL_SSL://a.b:1,PLAINTEXT://c:2", "://a:1", "[::1]:9092", "[::1%eth0]:9092",
        "[::1%]:9092", "[]:9092", "[::1:9092", "::1:9092", "kafka 1:9092", "a b", "http://a", "https://a:1/b",
        "http://",
        "http:///a", "http://u:p@a", "http://a?b", "http://a#b", "ftp://a", "HTTP://a", "http://a b",
        "http://[::1]:9000",
        "-Xmx1G", "-", "--", "- x", "-Dx=a b", "-Dx=a\nb", "-\n", "x-y", "us-west-2", "us west", "a\nb", "\n", "ä",
        "日本",
        "v1.0.0", "latest", String(repeating: "a", count: 128), String(repeating: "a", count: 129), "access-key-id",
    ]

    @Test(arguments: StringFormat.all.map(\.name))
    func thePatternAndTheCodeAgree(name: String) throws {
        let format = try #require(StringFormat.all.first { $0.name == name })
        let pattern = try NSRegularExpression(pattern: format.pattern)
        for text in Self.texts {
            let whole = NSRange(location: 0, length: text.utf16.count)
            let match = pattern.firstMatch(in: text, range: whole)
            // ICU lets `$` match before a last line feed; RE2 does not.
            #expect((match?.range == whole) == format.accepts(text), "\(text.debugDescription)")
        }
    }

    @Test func thePatternOfQuantitiesAgreesToo() throws {
        let pattern = try NSRegularExpression(pattern: Quantity.pattern)
        for text in [
            "1", "1.", ".5", ".", "1Gi", "1gi", "1.5Gi", "-1", "+1", "1e3", "1E3", "1e+3", "1e-3", "1e", "1n", "1u",
            "1K",
            "1k", "", "1 ", "999999999999999", "9999999999999999", "0.123456789", "0.1234567891",
        ] {
            let matches = pattern.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
            #expect(matches == (Quantity(text) != nil), "\(text)")
        }
    }
}
