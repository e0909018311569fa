// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Something that has to hold between the parts of a value.
package struct SchemaRule: Sendable {
    /// The rule as the API server evaluates it.
    package struct Expression: Sendable {
        /// In the Common Expression Language; `self` is the value.
        package var text: String
        package var message: String
        /// The member that the message is about, as the API server wants it: `.worker.replicas`.
        package var fieldPath: String?
    }

    package var expression: Expression
    /// The same in Swift, over a value whose defaults are filled in: what is wrong, with the path below the value.
    package var problems: @Sendable (JSON) -> [FieldProblem]

    /// A rule that the API server knows too.
    ///
    /// - Parameters:
    ///   - text: the rule in the Common Expression Language.
    ///   - field: the member that is at fault, `worker.replicas`; empty for the value itself.
    ///   - holds: the same rule in Swift. Sees values of the wrong type too, and then should answer true: the type is
    ///     reported elsewhere.
    static func rule(
        _ text: String,
        field: String = "",
        message: String,
        holds: @escaping @Sendable (JSON) -> Bool
    ) -> SchemaRule {
        SchemaRule(
            expression: Expression(text: text, message: message, fieldPath: field.isEmpty ? nil : ".\(field)"),
            problems: { holds($0) ? [] : [FieldProblem(field: field, message: message)] }
        )
    }

    /// A rule that the API server knows too, while our own code can say more exactly what is wrong.
    static func rule(
        _ text: String,
        message: String,
        problems: @escaping @Sendable (JSON) -> [FieldProblem]
    ) -> SchemaRule {
        SchemaRule(expression: Expression(text: text, message: message), problems: problems)
    }
}

extension String {
    /// `spec` and `worker` give `spec.worker`, `list` and `[0]` give `list[0]`.
    func appending(member: String) -> String {
        if isEmpty || member.isEmpty { return self + member }
        return member.hasPrefix("[") ? self + member : "\(self).\(member)"
    }
}
