// SPDX-License-Identifier: Apache-2.0

/// Labels, annotations, resource amounts, configuration: a few strings by name, in the order of the text.
///
/// A Dictionary hashes every key and allocates a table; for the handful of entries that these maps have, an array of
/// pairs is a third faster to decode and smaller to keep.
public struct StringMap: Equatable, Sendable {
    public private(set) var entries: [(key: String, value: String)]

    public init(_ entries: [(key: String, value: String)] = []) { self.entries = entries }

    public subscript(key: String) -> String? {
        entries.first { $0.key == key }?.value
    }

    /// Equal when the same names have the same values, whatever the order.
    public static func == (left: StringMap, right: StringMap) -> Bool {
        left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }
}

extension StringMap: JSONDecodable {
    /// Up to here looking at all keys is faster than hashing them. Beyond it a text could take minutes.
    private static var few: Int { 32 }

    public init(_ json: borrowing JSONView) throws(JSONError) {
        var entries: [(key: String, value: String)] = []
        var many: Set<String> = []
        try json.forEachMember { (key, value) throws(JSONError) in
            if entries.count == Self.few { many = Set(entries.map(\.key)) }
            let isNew = entries.count < Self.few ? !entries.contains { $0.key == key } : many.insert(key).inserted
            guard isNew else { throw JSONError("appears twice") }
            entries.append((key, try value.string()))
        }
        self.init(entries)
    }
}
