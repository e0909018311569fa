// SPDX-License-Identifier: Apache-2.0

/// Reads single texts out of the small, flat XML answers of S3 and STS. No general parser: elements are found by name,
/// at any depth, and what is not found is not there.
struct XMLText {
    private let text: Substring.UTF8View

    init(_ bytes: [UInt8]) { text = Substring(decoding: bytes, as: UTF8.self).utf8 }

    /// The text of the first element with this name, with the five named entities put back.
    func first(_ name: String) -> String? {
        guard let start = end(of: "<\(name)>", from: text.startIndex),
            let rest = range(of: "</\(name)>", from: start)
        else { return nil }
        return Self.unescaped(String(Substring(text[start..<rest])))
    }

    private func end(of pattern: String, from start: Substring.UTF8View.Index) -> Substring.UTF8View.Index? {
        range(of: pattern, from: start).map { text.index($0, offsetBy: pattern.utf8.count) }
    }

    private func range(of pattern: String, from start: Substring.UTF8View.Index) -> Substring.UTF8View.Index? {
        let pattern = pattern.utf8
        var index = start
        while let candidate = text[index...].firstIndex(of: UInt8(ascii: "<")) {
            if text[candidate...].starts(with: pattern) { return candidate }
            index = text.index(after: candidate)
        }
        return nil
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        let entities = ["lt": "<", "gt": ">", "quot": "\"", "apos": "'", "amp": "&"]
        var result = ""
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            result += rest[..<ampersand]
            rest = rest[ampersand...].dropFirst()
            guard let semicolon = rest.firstIndex(of: ";"), let value = entities[String(rest[..<semicolon])] else {
                result += "&"
                continue
            }
            result += value
            rest = rest[semicolon...].dropFirst()
        }
        return result + rest
    }
}
