// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What may stand in one place of a custom resource, said once.
///
/// From it come the schema in the CRD, the defaults, the validation in our own code and the table in the documentation,
/// so that none of them can say something else than the others.
package struct Schema: Sendable {
    /// The type, with what only that type has.
    package indirect enum Kind: Sendable {
        case string(StringForm)
        /// A number with a unit, as Kubernetes writes amounts: `500m`, `2Gi`. Numbers without quotes are taken too.
        case quantity
        case integer(IntegerForm)
        case boolean
        /// RFC 3339.
        case time
        case object([Field])
        /// Any names, each with a value of the same schema; at most `count` of them.
        case map(values: Schema, count: Int)
        /// An empty `keys` means that the whole list has one owner; else it is a map by these fields.
        case list(elements: Schema, count: Int, keys: [String])
    }

    /// A member of an object.
    package struct Field: Sendable {
        package var name: String
        package var isRequired: Bool
        package var schema: Schema

        /// A field that has to be there.
        package static func required(_ name: String, _ schema: Schema) -> Field {
            Field(name: name, isRequired: true, schema: schema)
        }

        /// A field that may be left out.
        package static func optional(_ name: String, _ schema: Schema) -> Field {
            Field(name: name, isRequired: false, schema: schema)
        }
    }

    package var kind: Kind
    /// For `kubectl explain` and the documentation; whole sentences.
    package var description: String
    /// What the API server fills in when the field is left out.
    package var fallback: JSON?
    /// What has to hold between the parts of this value.
    package var rules: [SchemaRule]

    init(_ kind: Kind, _ description: String, default fallback: JSON? = nil, rules: [SchemaRule] = []) {
        self.kind = kind
        self.description = description
        self.fallback = fallback
        self.rules = rules
    }
}

/// Bounds of a text.
package struct StringForm: Sendable {
    /// The only values there are; empty if any will do.
    package var values: [String] = []
    package var format: StringFormat?
    /// In characters. The API server needs an upper bound to know what a rule costs.
    package var length: ClosedRange<Int>
}

/// Bounds of a whole number.
package struct IntegerForm: Sendable {
    package var range: ClosedRange<Int64>
    /// How many bits the reader has, 32 or 64.
    package var bits: Int
}

/// A pattern for the API server together with the same test in Swift: building a regular expression for each object
/// would cost more than everything else in reading it.
package struct StringFormat: Sendable {
    /// Goes into the message: `must be {name}`.
    package var name: String
    /// A regular expression of RE2, anchored at both ends.
    package var pattern: String
    package var accepts: @Sendable (String) -> Bool

    package init(_ name: String, pattern: String, accepts: @escaping @Sendable (String) -> Bool) {
        self.name = name
        self.pattern = pattern
        self.accepts = accepts
    }
}

// MARK: Short ways to write one

extension Schema {
    static func string(
        _ description: String,
        default fallback: String? = nil,
        oneOf values: [String] = [],
        format: StringFormat? = nil,
        length: ClosedRange<Int> = 1...1024
    ) -> Schema {
        let form = StringForm(values: values, format: format, length: length)
        return Schema(.string(form), description, default: fallback.map { .string($0) })
    }

    static func quantity(_ description: String, default fallback: String) -> Schema {
        Schema(.quantity, description, default: .string(fallback))
    }

    static func integer(
        _ description: String,
        default fallback: Int64? = nil,
        in range: ClosedRange<Int64> = 1...Int64(Int32.max),
        bits: Int = 32
    ) -> Schema {
        Schema(.integer(IntegerForm(range: range, bits: bits)), description, default: fallback.map { .integer($0) })
    }

    static func time(_ description: String) -> Schema { Schema(.time, description) }

    static func boolean(_ description: String, default fallback: Bool) -> Schema {
        Schema(.boolean, description, default: .bool(fallback))
    }

    /// An object. With `isFilledIn` the API server makes an empty one when it is left out, so that the defaults inside
    /// it are visible.
    static func object(
        _ description: String,
        isFilledIn: Bool = false,
        rules: [SchemaRule] = [],
        _ fields: [Field]
    ) -> Schema {
        Schema(.object(fields), description, default: isFilledIn ? [:] : nil, rules: rules)
    }

    static func map(
        _ description: String,
        of values: Schema,
        count: Int,
        rules: [SchemaRule] = []
    ) -> Schema {
        Schema(.map(values: values, count: count), description, rules: rules)
    }

    static func list(
        _ description: String,
        of elements: Schema,
        count: Int,
        keys: [String] = [],
        rules: [SchemaRule] = []
    ) -> Schema {
        Schema(.list(elements: elements, count: count, keys: keys), description, rules: rules)
    }
}
