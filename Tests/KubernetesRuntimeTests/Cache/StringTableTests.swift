// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KubernetesRuntime

@Suite
struct StringTableTests {
    /// Where the bytes of a long string are.
    func address(_ text: String) -> UInt? {
        var text = text
        return text.withUTF8 { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func equalLongTextsBecomeOne() {
        var table = StringTable()
        let first = table.shared(String(repeating: "a", count: 40))
        let other = String(repeating: "a", count: 40)
        #expect(address(first) != address(other))
        #expect(address(table.shared(other)) == address(first))
    }

    @Test func sharingATextDoesNotChangeIt() {
        var table = StringTable()
        for text in ["", "short", "exactly 15 byte", "exactly 16 bytes", "äöü äöü äöü äöü"] {
            #expect(table.shared(text) == text)
        }
    }
}
