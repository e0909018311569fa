// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Schema {
    /// The structural schema (OpenAPI v3 with the extensions of apiextensions/v1) that a CRD carries.
    package var openAPI: JSON {
        var object = JSONObject()
        object["description"] = .string(description)
        for (key, value) in typeMembers { object[key] = value }
        object["default"] = fallback
        if !rules.isEmpty { object["x-kubernetes-validations"] = .array(rules.map(\.expression.openAPI)) }
        return .object(object)
    }

    private var typeMembers: [(String, JSON)] {
        switch kind {
        case .string(let form): form.openAPI
        case .quantity:
            [
                ("anyOf", [["type": "integer"], ["type": "string"]]),
                ("pattern", .string(Quantity.pattern)), ("minimum", 0),
                ("x-kubernetes-int-or-string", true),
            ]
        case .integer(let form):
            [
                ("type", "integer"), ("format", form.bits == 32 ? "int32" : "int64"),
                ("minimum", .integer(form.range.lowerBound)),
            ] + (form.range.upperBound == form.largest ? [] : [("maximum", .integer(form.range.upperBound))])
        case .boolean: [("type", "boolean")]
        case .time: [("type", "string"), ("format", "date-time")]
        case .object(let fields): objectMembers(fields)
        case .map(let values, let count):
            [
                ("type", "object"), ("additionalProperties", values.openAPI),
                ("maxProperties", .integer(Int64(count))), ("x-kubernetes-map-type", "granular"),
            ]
        case .list(let elements, let count, let keys):
            [
                ("type", "array"), ("items", elements.openAPI), ("maxItems", .integer(Int64(count))),
                ("x-kubernetes-list-type", keys.isEmpty ? "atomic" : "map"),
            ] + (keys.isEmpty ? [] : [("x-kubernetes-list-map-keys", .array(keys.map { .string($0) }))])
        }
    }

    private func objectMembers(_ fields: [Field]) -> [(String, JSON)] {
        guard !fields.isEmpty else { return [("type", "object")] }
        let properties = JSON.object(JSONObject(fields.map { ($0.name, $0.schema.openAPI) }))
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        let type: [(String, JSON)] = [("type", "object")]
        return type + (required.isEmpty ? [] : [("required", .array(required))]) + [("properties", properties)]
    }
}

extension StringForm {
    fileprivate var openAPI: [(String, JSON)] {
        var members: [(String, JSON)] = [("type", "string")]
        if !values.isEmpty {
            members.append(("enum", .array(values.map { .string($0) })))
            return members
        }
        if length.lowerBound > 0 { members.append(("minLength", .integer(Int64(length.lowerBound)))) }
        members.append(("maxLength", .integer(Int64(length.upperBound))))
        if let format { members.append(("pattern", .string(format.pattern))) }
        return members
    }
}

extension IntegerForm {
    /// A bound that the type has anyway is not worth a line.
    fileprivate var largest: Int64 { bits == 32 ? Int64(Int32.max) : .max }
}

extension SchemaRule.Expression {
    fileprivate var openAPI: JSON {
        ["rule": .string(text), "message": .string(message), "fieldPath": fieldPath.map { .string($0) }]
    }
}
