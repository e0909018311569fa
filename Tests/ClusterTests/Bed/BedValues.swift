// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What stands in the bed for the addresses of the documents.
enum BedValues {
    static let storage = "http://box.local:7070"
    static let kafka = "box.local:9092"

    /// A file of `examples/` with some texts replaced.
    static func example(_ name: String, _ replacements: (String, String)...) throws -> String {
        let file = Bed.root.appendingPathComponent("examples/\(name)")
        return try replace(try String(contentsOf: file, encoding: .utf8), replacements)
    }

    /// - Throws: if a text is not there, so that a replacement which has become wrong is noticed.
    static func replace(_ text: String, _ replacements: [(String, String)]) throws -> String {
        try replacements.reduce(text) { text, replacement in
            guard text.contains(replacement.0) else {
                throw Bed.Failed(description: "there is no \"\(replacement.0)\" to replace")
            }
            return text.replacingOccurrences(of: replacement.0, with: replacement.1)
        }
    }
}
