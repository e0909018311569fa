// SPDX-License-Identifier: Apache-2.0

/// Reads single texts out of the small, flat XML answers of S3 and STS. No general parser: elements are found by name,
/// at any depth, and what is not found is not there. Takes time in proportion to the answer, whatever is in it.
struct XMLText {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The text of the first element with this name, with the five named entities put back; `nil` as well if it has more
    /// than `most` bytes as it stands there.
    func first(_ name: String, upTo most: Int = 256) -> String? {
        let opening = Array("<\(name)>".utf8)
        guard let start = position(of: opening, from: 0).map({ $0 + opening.count }),
            let end = position(of: Array("</\(name)>".utf8), from: start), end - start <= most
        else { return nil }
        return Self.unescaped(bytes[start..<end])
    }

    private func position(of pattern: [UInt8], from start: Int) -> Int? {
        var index = start
        while let candidate = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
            if bytes[candidate...].starts(with: pattern) { return candidate }
            index = candidate + 1
        }
        return nil
    }

    private static let entities: [(name: [UInt8], value: UInt8)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ].map { (Array($0.utf8), Array($1.utf8)[0]) }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.first {
            let entity = byte == UInt8(ascii: "&") ? entities.first { rest.starts(with: $0.name) } : nil
            result.append(entity?.value ?? byte)
            rest = rest.dropFirst(entity?.name.count ?? 1)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
