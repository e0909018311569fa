// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

struct CutTextTests {
    @Test func aTextThatFitsStaysAsItIs() {
        #expect("".cut(to: 3) == "")
        #expect("abcé".cut(to: 5) == "abcé")
    }

    @Test(arguments: ["a", "é", "€", "🙂", "e\u{301}"]) func aLongOneIsCutBetweenScalars(piece: String) {
        let text = String(repeating: piece, count: 100)
        for most in 3...60 {
            let cut = text.cut(to: most)
            #expect(cut.utf8.count <= most)
            #expect(cut.utf8.count > most - 4)
            #expect(cut.hasSuffix("…"))
            #expect(text.unicodeScalars.starts(with: cut.unicodeScalars.dropLast()))
        }
    }

    @Test func oneCharacterMayBeMegabytes() {
        let text = "a" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(text.count == 1)
        #expect(text.cut(to: 100).utf8.count <= 100)
    }

    @Test func controlCharactersAreNotPrinted() {
        #expect("a\u{1b}[2J\r\nb\u{9b}\u{7f}é".printable == "a[2Jbé")
    }

    @Test func whiteSpaceAtTheEndsIsTrimmed() {
        #expect(" \ta b\r\n".trimmed == "a b")
        #expect(" \n".trimmed == "")
        #expect("".trimmed == "")
    }
}
