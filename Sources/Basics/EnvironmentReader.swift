// SPDX-License-Identifier: Apache-2.0

/// Reads settings from variables and gathers everything that is wrong with them, so that nobody has to start a program
/// five times to hear of five mistakes. An empty variable counts as absent.
package struct EnvironmentReader: Sendable {
    private let environment: [String: String]
    private var problems: [String] = []

    package init(_ environment: [String: String]) { self.environment = environment }

    /// The variable's text; `nil` if it is absent.
    package func optional(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The variable's text; if it is absent that is a problem, and the text is empty.
    package mutating func required(_ name: String) -> String {
        if let value = optional(name) { return value }
        report("\(name) is required")
        return ""
    }

    /// `true` or `false` in any case.
    ///
    /// - Parameter other: a second name of the same setting; the first wins.
    package mutating func bool(_ name: String, or other: String? = nil) -> Bool? {
        for name in [name, other].compactMap({ $0 }) {
            switch optional(name)?.lowercased() {
            case nil: continue
            case "true": return true
            case "false": return false
            default: report("\(name) must be true or false")
            }
        }
        return nil
    }

    /// A decimal number in a range.
    package mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = optional(name) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        report("\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// One of the values of an enumeration, by its raw value.
    package mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        of type: Value.Type = Value.self
    ) -> Value? where Value.RawValue == String {
        guard let text = optional(name) else { return nil }
        if let value = Value(rawValue: text.lowercased()) { return value }
        report("\(name) must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// Notes something that is wrong: a sentence with the variable's name, never with a value that may be a secret.
    package mutating func report(_ problem: String) { problems.append(problem) }

    /// - Throws: ``SettingsError`` if anything was wrong.
    package func finish() throws(SettingsError) {
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}

/// Variables that are missing or cannot be used.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence each.
    package var problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { "The environment cannot be used: \(problems.joined(separator: "; "))" }
}
