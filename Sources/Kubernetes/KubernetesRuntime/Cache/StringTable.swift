// SPDX-License-Identifier: Apache-2.0

/// One copy of each text that many objects have: label keys, class names, reasons.
struct StringTable {
    /// More are simply not shared: a table without a bound would keep every text that ever was.
    private static let capacity = 65_536
    /// Up to here a string stands in its own 16 bytes and needs no memory elsewhere.
    private static let inlineBytes = 15

    private var strings: Set<String> = []

    mutating func shared(_ text: String) -> String {
        guard text.utf8.count > Self.inlineBytes else { return text }
        if let index = strings.firstIndex(of: text) { return strings[index] }
        if strings.count < Self.capacity { strings.insert(text) }
        return text
    }
}
