// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension Schema {
    /// Every field below this one as a table in Markdown, in the order of the schema: what a page for users shows.
    ///
    /// - Parameter path: what the names of the fields begin with: `spec`.
    package func table(of path: String) -> String {
        let head = "| field | type | default | meaning |\n| --- | --- | --- | --- |\n"
        return rows(at: path).reduce(head) { text, row in
            text + "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
        }
    }

    private func rows(at path: String) -> [[String]] {
        switch kind {
        case .object(let fields):
            fields.flatMap { field in
                let path = path.appending(member: field.name)
                return [field.row(at: path)] + field.schema.rows(at: path)
            }
        case .list(let elements, _, _): elements.rows(at: path + "[]")
        case .map, .string, .quantity, .integer, .boolean, .time: []
        }
    }
}

extension Schema.Field {
    fileprivate func row(at path: String) -> [String] {
        let fallback = isRequired ? "required" : schema.shownDefault
        return ["`\(path)`", schema.shownType, fallback, schema.shownMeaning]
    }
}

extension Schema {
    private var shownType: String {
        switch kind {
        case .string(let form): form.values.isEmpty ? "string" : form.values.map { "`\($0)`" }.joined(separator: ", ")
        case .quantity: "quantity"
        case .integer(let form): form.shown
        case .boolean: "boolean"
        case .time: "time"
        case .object: "object"
        case .map: "map of strings"
        case .list(let elements, _, _): "list of \(elements.shownPlural)"
        }
    }

    private var shownPlural: String { if case .string = kind { "strings" } else { "objects" } }

    /// Of an object that is filled in, the fields below say it.
    private var shownDefault: String {
        switch fallback {
        case nil, .object: ""
        case .string(let text): "`\(text)`"
        case let value?: "`\(String(decoding: value.jsonBytes, as: UTF8.self))`"
        }
    }

    /// The description and the form of a text. Rules between fields are in the descriptions.
    private var shownMeaning: String {
        guard case .string(let form) = kind, let format = form.format else { return description }
        return "\(description) Must be \(format.name)."
    }
}

extension IntegerForm {
    /// `integer, 1 to 5`, without a bound that the type has anyway.
    fileprivate var shown: String {
        let hasUpper = range.upperBound != (bits == 32 ? Int64(Int32.max) : .max)
        return "integer, " + (hasUpper ? "\(range.lowerBound) to \(range.upperBound)" : "\(range.lowerBound) or more")
    }
}
