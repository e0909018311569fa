// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import KubernetesModel

@Suite
struct InternerTests {
    /// Where the bytes of a long string are.
    func address(_ text: String) -> UInt? {
        var text = text
        return text.withUTF8 { UInt(bitPattern: $0.baseAddress) }
    }

    func address<Element>(_ list: [Element]) -> UInt? { list.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }

    func long(_ letter: Character) -> String { String(repeating: letter, count: 40) }

    @Test func equalLongTextsBecomeOne() {
        var interner = Interner()
        let first = interner(long("a"))
        let other = long("a")
        #expect(address(first) != address(other))
        #expect(address(interner(other)) == address(first))
    }

    @Test(arguments: ["", "short", "exactly 15 byte", "exactly 16 bytes", "äöü äöü äöü äöü"])
    func sharingATextDoesNotChangeIt(_ text: String) {
        var interner = Interner()
        #expect(interner(text) == text)
        #expect(interner(text) == text)
    }

    @Test func equalMapsBecomeOne() {
        var interner = Interner()
        let first = interner(StringMap([("a", long("a")), ("b", "2")]))
        let second = interner(StringMap([("a", long("a")), ("b", "2")]))
        #expect(address(first.entries) == address(second.entries))
    }

    @Test func mapsKeepTheirOrder() {
        var interner = Interner()
        _ = interner(StringMap([("a", "1"), ("b", "2")]))
        #expect(interner(StringMap([("b", "2"), ("a", "1")])).entries.map(\.key) == ["b", "a"])
    }

    @Test func equalOwnersBecomeOne() {
        var interner = Interner()
        let owner = OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: long("u"))
        let first = interner([owner])
        let second = interner([owner])
        #expect(first == [owner])
        #expect(address(first) == address(second))
    }

    @Test func aFullTableBeginsAnew() {
        var interner = Interner()
        let first = interner(long("a"))
        for number in 0...Interner.capacity { _ = interner("a text with the number \(number)") }
        #expect(interner(long("a")) == first)
    }
}
