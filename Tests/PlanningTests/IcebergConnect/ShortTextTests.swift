// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Planning

struct ShortTextTests {
    @Test func aTextForAStatusIsShortWhateverItIsMadeOf() {
        #expect(ShortText.of("why") == "why")
        for piece in ["x", "é", "\u{301}"] {
            let text = ShortText.of("a" + String(repeating: piece, count: 100_000))
            #expect(text.utf8.count <= ShortText.longest)
            #expect(text.utf8.count > ShortText.longest - 4)
        }
    }
}
