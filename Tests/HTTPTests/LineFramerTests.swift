// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import Testing

@Suite
struct LineFramerTests {
    func lines(_ chunks: [String], limit: Int = 100) throws -> [String] {
        var framer = LineFramer(limit: limit)
        var lines: [String] = []
        for chunk in chunks {
            try framer.append(Array(chunk.utf8))
            while let line = framer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        if let rest = framer.rest() { lines.append("rest:" + String(decoding: rest, as: UTF8.self)) }
        return lines
    }

    @Test(
        arguments: [
            (["a\nb\n"], ["a", "b"]), (["a", "b\nc", "\n"], ["ab", "c"]), (["\n\na\n\n"], ["a"]),
            (["a\nb"], ["a", "rest:b"]),
            ([], []), (["", "x\n"], ["x"]),
        ] as [([String], [String])]
    )
    func cutsAtLineFeedsWhateverThePieces(chunks: [String], expected: [String]) throws {
        #expect(try lines(chunks) == expected)
    }

    @Test func aLineHasALimit() {
        #expect(throws: HTTPError.self) { try lines(Array(repeating: "0123456789", count: 30), limit: 50) }
    }
}
