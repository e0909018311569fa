// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct Base64Tests {
    /// The examples of RFC 4648, section 10.
    @Test(
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func theExamplesOfTheStandardGoBothWays(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func everyByteSurvives() {
        let bytes = Array(UInt8.min...UInt8.max)
        for count in 0...bytes.count {
            #expect(Base64.decode(Base64.encode(bytes.prefix(count))) == Array(bytes.prefix(count)))
        }
    }

    @Test func lineBreaksAreSkipped() { #expect(Base64.decode("Zm9v\nYmFy\r\n") == Array("foobar".utf8)) }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Z===", "Zm9v=", "Zg==Zg==", "Zm-v", "Zm9v!", "é"])
    func whatIsNoBase64IsRefused(text: String) { #expect(Base64.decode(text) == nil) }
}
