// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Schema {
    /// The value with every default filled in, as the API server fills them in: only what is absent or null, and inside
    /// objects that are there or were filled in themselves.
    package func filledIn(_ value: JSON) -> JSON {
        switch (kind, value) {
        case (.object(let fields), .object(var object)):
            for field in fields {
                var member = object[field.name]
                if member == .null { member = nil }
                object[field.name] = (member ?? field.schema.fallback).map(field.schema.filledIn)
            }
            return .object(object)
        case (.map(let values, _), .object(let object)):
            return .object(JSONObject(object.members.map { ($0.key, values.filledIn($0.value)) }))
        case (.list(let elements, _, _), .array(let array)):
            return .array(array.map(elements.filledIn))
        default:
            return value
        }
    }
}
