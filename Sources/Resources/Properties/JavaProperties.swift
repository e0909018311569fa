// SPDX-License-Identifier: Apache-2.0

/// The text of a Java properties file, in sections that are headed by comments.
///
/// Whatever a value contains, it becomes exactly one property, and `java.util.Properties.load` reads back what was put
/// in. The file is ASCII: Java reads such files as ISO-8859-1, so everything else is written as `\u` and
/// four hexadecimal digits.
package struct JavaProperties: Equatable, Sendable {
    /// A comment, and the properties below it in the order of the file.
    package struct Section: Equatable, Sendable {
        /// One line.
        package var title: String
        package var entries: [(key: String, value: String)]

        package init(_ title: String, _ entries: [(key: String, value: String)]) {
            self.title = title
            self.entries = entries
        }

        package static func == (left: Section, right: Section) -> Bool {
            left.title == right.title && left.entries.elementsEqual(right.entries, by: ==)
        }
    }

    package var sections: [Section]

    package init(_ sections: [Section] = []) { self.sections = sections }

    /// All properties, in the order of the file.
    package var entries: [(key: String, value: String)] { sections.flatMap(\.entries) }

    package subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

    /// Gives a property another value in its place. False if there is no such property.
    package mutating func replace(_ key: String, with value: String) -> Bool {
        for section in sections.indices {
            for entry in sections[section].entries.indices where sections[section].entries[entry].key == key {
                sections[section].entries[entry].value = value
                return true
            }
        }
        return false
    }

    /// The file. Sections are kept apart by an empty line; the last line ends with a line feed.
    package var text: String {
        sections.filter { !$0.entries.isEmpty }.map { section in
            let title = "# " + Self.escaped(section.title, isKey: false) + "\n"
            return section.entries.reduce(into: title) { text, entry in
                text += Self.escaped(entry.key, isKey: true) + "=" + Self.escaped(entry.value, isKey: false) + "\n"
            }
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String, isKey: Bool) -> String {
        var result = ""
        for unit in text.utf16 {
            switch unit {
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            // A blank at the start of a value would be skipped; in a key it would end the key.
            case 0x20: result += isKey || result.isEmpty ? "\\ " : " "
            case 0x3A, 0x3D: result += (isKey ? "\\" : "") + (unit == 0x3A ? ":" : "=")
            case 0x23, 0x21: result += (isKey && result.isEmpty ? "\\" : "") + (unit == 0x23 ? "#" : "!")
            case 0x21..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default: result += "\\u" + hexadecimal(unit)
            }
        }
        return result
    }

    /// Four upper-case digits.
    private static func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
