// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Schema {
    /// Everything that is wrong with a value whose defaults are filled in, in the order of the schema.
    ///
    /// Members that the schema does not know are no problem here: the API server drops them. See ``unknownFields(in:)``.
    package func problems(in value: JSON, at path: String = "") -> [FieldProblem] {
        var found: [FieldProblem] = []
        collectProblems(of: value, into: &found)
        return found.map { $0.inside(path) }
    }

    /// The paths of the members that the schema does not know, which the API server would drop silently: mostly typing
    /// errors.
    package func unknownFields(in value: JSON, at path: String = "") -> [String] {
        switch (kind, value) {
        case (.object(let fields), .object(let object)):
            object.members.flatMap { name, member in
                let field = fields.first { $0.name == name }
                let path = path.appending(member: name)
                return field?.schema.unknownFields(in: member, at: path) ?? [path]
            }
        case (.map(let values, _), .object(let object)):
            object.members.flatMap { values.unknownFields(in: $0.value, at: path.appending(member: $0.key)) }
        case (.list(let elements, _, _), .array(let array)):
            array.enumerated().flatMap { elements.unknownFields(in: $0.element, at: "\(path)[\($0.offset)]") }
        default: []
        }
    }

    private func collectProblems(of value: JSON, into found: inout [FieldProblem]) {
        let before = found.count
        switch (kind, value) {
        case (.string(let form), .string(let text)): found += form.problems(in: text)
        case (.integer(let form), .integer(let number)): found += form.problems(in: number)
        case (.boolean, .bool), (.time, .string): break
        case (.quantity, .string(let text)):
            if Quantity(text) == nil { found.append(.here(Quantity.expectation)) }
        case (.quantity, .integer(let number)):
            if number < 0 { found.append(.here(Quantity.expectation)) }
        case (.object(let fields), .object(let object)): collect(fields, of: object, into: &found)
        case (.map(let values, let count), .object(let object)):
            if object.members.count > count { found.append(.here("has more than \(count) entries")) }
            for (name, member) in object.members { found += values.problems(in: member, at: name) }
        case (.list(let elements, let count, _), .array(let array)):
            if array.count > count { found.append(.here("has more than \(count) entries")) }
            for (index, element) in array.enumerated() { found += elements.problems(in: element, at: "[\(index)]") }
        default: found.append(.here("must be \(typeName)"))
        }
        // A rule about a value of the wrong type would only repeat what has been said.
        if found.count == before || isObject { for rule in rules { found += rule.problems(value) } }
    }

    private func collect(_ fields: [Field], of object: JSONObject, into found: inout [FieldProblem]) {
        for field in fields {
            switch object[field.name] {
            case let member?: found += field.schema.problems(in: member, at: field.name)
            case nil: if field.isRequired { found.append(FieldProblem(field: field.name, message: "is required")) }
            }
        }
    }

    private var isObject: Bool { if case .object = kind { true } else { false } }

    /// `a string`, `an object`
    var typeName: String {
        switch kind {
        case .string: "a string"
        case .quantity: "a quantity"
        case .integer: "an integer"
        case .boolean: "true or false"
        case .time: "a time"
        case .object: "an object"
        case .map: "a map"
        case .list: "a list"
        }
    }
}

extension StringForm {
    fileprivate func problems(in text: String) -> [FieldProblem] {
        if !values.isEmpty {
            return values.contains(text) ? [] : [.here("must be one of \(values.joined(separator: ", "))")]
        }
        guard text.unicodeScalars.count >= length.lowerBound else {
            return [
                .here(length.lowerBound == 1 ? "must not be empty" : "is shorter than \(length.lowerBound) characters")
            ]
        }
        guard text.unicodeScalars.count <= length.upperBound else {
            return [.here("is longer than \(length.upperBound) characters")]
        }
        guard let format, !format.accepts(text) else { return [] }
        return [.here("must be \(format.name)")]
    }
}

extension IntegerForm {
    fileprivate func problems(in number: Int64) -> [FieldProblem] {
        if number < range.lowerBound { return [.here("must be at least \(range.lowerBound)")] }
        if number > range.upperBound { return [.here("must be at most \(range.upperBound)")] }
        return []
    }
}

extension FieldProblem {
    /// A problem of the value itself and not of a member.
    static func here(_ message: String) -> FieldProblem { FieldProblem(field: "", message: message) }
}
