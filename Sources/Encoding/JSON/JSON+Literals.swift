// SPDX-License-Identifier: Apache-2.0

// Objects that we write are literals in the code: `["metadata": ["name": .string(name)]]`.

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSON: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
    /// A `nil` value leaves its key out: in server-side apply a field that is written is a field that is owned.
    public init(dictionaryLiteral elements: (String, JSON?)...) {
        self = .object(JSONObject(elements.compactMap { key, value in value.map { (key, $0) } }))
    }
}

extension JSON {
    /// The member of an object; `nil` if this is no object or has no such member.
    public subscript(key: String) -> JSON? {
        get {
            guard case .object(let object) = self else { return nil }
            return object[key]
        }
        set {
            var object = if case .object(let object) = self { object } else { JSONObject() }
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The same value with the members of every object sorted by name, so that equal values are equal bytes.
    public var sorted: JSON {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let object):
            .object(JSONObject(object.members.map { ($0.key, $0.value.sorted) }.sorted { $0.0 < $1.0 }))
        case .null, .bool, .integer, .double, .string: self
        }
    }
}

extension StringMap {
    /// The map as an object, for what is written as ``JSON``.
    public var json: JSON { .object(JSONObject(entries.map { ($0.key, .string($0.value)) })) }
}

extension StringMap: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, String)...) { self.init(elements.map { ($0.0, $0.1) }) }
}
