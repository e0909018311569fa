// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text, or as much of its beginning as fits with a mark that there was more.
    ///
    /// Between scalars, not characters: one character may have a million combining marks.
    ///
    /// - Parameter most: in bytes of UTF-8, the mark included; at least 3.
    package func cut(to most: Int) -> String {
        guard utf8.count > most else { return self }
        let mark = "…"
        var end = utf8.index(startIndex, offsetBy: most - mark.utf8.count)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end] + mark
    }

    /// Without line breaks and other control characters, which would do things to a terminal.
    package var printable: String {
        let shown = unicodeScalars.filter { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        return String(String.UnicodeScalarView(shown))
    }
}
