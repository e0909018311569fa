// SPDX-License-Identifier: Apache-2.0

/// A value whose shape is not ours: a pod template, a connector's settings, a patch.
///
/// Only for the dynamic parts. A tree of these costs about four times the memory of typed values and has to be decoded
/// once more afterwards.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of an object in the order of the text. Objects are small: a linear search is faster than a table.
public struct JSONObject: Equatable, Sendable {
    public private(set) var members: [(key: String, value: JSON)]

    public init(_ members: [(key: String, value: JSON)] = []) { self.members = members }

    public subscript(key: String) -> JSON? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Equal when the same names have the same values, whatever the order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSON: JSONDecodable {
    /// The parser itself has no limit on nesting; a tree needs one, because every level is a call.
    static var deepest: Int { 512 }

    public init(_ json: borrowing JSONView) throws(JSONError) { try self.init(json, depth: 0) }

    private init(_ json: borrowing JSONView, depth: Int) throws(JSONError) {
        guard depth < Self.deepest else { throw JSONError("is nested more than \(Self.deepest) deep") }
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(try json.bool())
        case .integer: self = .integer(try json.integer())
        case .double: self = .double(try json.double())
        case .string: self = .string(try json.string())
        case .array:
            var elements: [JSON] = []
            try json.forEachElement { element throws(JSONError) in
                elements.append(try JSON(element, depth: depth + 1))
            }
            self = .array(elements)
        case .object:
            var members: [(key: String, value: JSON)] = []
            try json.forEachMember { key, value throws(JSONError) in
                members.append((key, try JSON(value, depth: depth + 1)))
            }
            self = .object(JSONObject(members))
        }
    }
}

extension JSON: JSONEncodable {
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): value.write(to: &writer)
        case .integer(let value): value.write(to: &writer)
        case .double(let value): value.write(to: &writer)
        case .string(let value): value.write(to: &writer)
        case .array(let elements): elements.write(to: &writer)
        case .object(let object):
            writer.object { writer in
                for (key, value) in object.members { writer.field(key, value) }
            }
        }
    }
}
