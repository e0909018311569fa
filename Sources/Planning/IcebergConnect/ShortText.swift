// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Resources

/// Texts that go into a status, where everything has a bound (row 209).
enum ShortText {
    /// In bytes; the schema would take eight times as many characters.
    static let longest = 4096

    /// The text, or its beginning with a mark that there was more.
    static func of(_ text: String) -> String { text.cut(to: longest) }

    /// The first problems, and how many more there are.
    static func of(_ problems: [FieldProblem]) -> String {
        let most = 20
        let shown = problems.prefix(most).map(\.description)
        let rest = problems.count - shown.count
        return of((shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "; "))
    }
}
