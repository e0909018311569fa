// SPDX-License-Identifier: Apache-2.0

/// What a person sees of what a program writes to a terminal: a line is drawn over after a carriage return, and one that is
/// too long goes on in the next, where nothing draws over it any more.
package struct Screen {
    package let columns: Int
    /// Without the blanks at their ends.
    package var lines: [String] { rows.map { String($0.reversed().drop { $0 == " " }.reversed()) } }
    /// Whether something was longer than the terminal is wide.
    package private(set) var hasWrapped = false

    private var rows: [[Character]] = [[]]
    private var column = 0

    package init(columns: Int) { self.columns = columns }

    package mutating func write(_ text: String) {
        // As scalars, because a carriage return and a line feed are one character.
        var rest = text.unicodeScalars[...]
        while let next = rest.popFirst() {
            let last = rows.count - 1
            switch next {
            case "\r": column = 0
            case "\n": (rows, column) = (rows + [[]], 0)
            case "\u{1b}":
                // The one control that we use: clears the rest of the line.
                rest = rest.dropFirst(2)
                rows[last] = Array(rows[last].prefix(column))
            default:
                if column == columns {
                    hasWrapped = true
                    (rows, column) = (rows + [[]], 0)
                }
                let row = rows.count - 1
                if column == rows[row].count { rows[row].append(" ") }
                rows[row][column] = Character(next)
                column += 1
            }
        }
    }
}
