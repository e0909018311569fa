// SPDX-License-Identifier: Apache-2.0

/// A command as a value: what it takes and what it does. Help and parsing are made from the same description.
package struct Command: Sendable {
    /// One `--name`, as it is typed, described and found in the environment.
    package struct Option: Sendable {
        /// With or without a value; the text is what the help shows in its place.
        package enum Kind: Equatable, Sendable {
            case flag
            case value(String)
        }

        package var name: String
        package var short: Character?
        package var kind: Kind
        package var help: String
        package var environment: String?
        package var fallback: String?
        package var isRequired = false
        package var isRepeated = false

        /// An option without a value.
        package static func flag(_ name: String, short: Character? = nil, _ help: String) -> Option {
            Option(name: name, short: short, kind: .flag, help: help)
        }

        /// An option with a value.
        ///
        /// - Parameters:
        ///   - fallback: what counts when it is neither typed nor in the environment.
        ///   - environment: the variable that stands for it when it is not typed.
        ///   - isRepeated: may be typed more than once; see ``Invocation/all(_:)``.
        package static func value(
            _ name: String,
            short: Character? = nil,
            placeholder: String = "VALUE",
            default fallback: String? = nil,
            environment: String? = nil,
            isRequired: Bool = false,
            isRepeated: Bool = false,
            _ help: String
        ) -> Option {
            Option(
                name: name,
                short: short,
                kind: .value(placeholder),
                help: help,
                environment: environment,
                fallback: fallback,
                isRequired: isRequired,
                isRepeated: isRepeated
            )
        }
    }

    package var name: String
    package var about: String
    package var options: [Option]
    /// Names for the help. "[NAME]" may be left out; the last may end in "…" and then takes any number, also none.
    package var arguments: [String]
    /// A whole command line that works as it is printed.
    package var example: String?

    /// - Parameter name: with the program's: `kittiwake image copy`.
    package init(
        _ name: String,
        _ about: String,
        options: [Option] = [],
        arguments: [String] = [],
        example: String? = nil
    ) {
        self.name = name
        self.about = about
        self.options = options
        self.arguments = arguments
        self.example = example
    }

    /// Usage, meaning, options and the example, as `--help` prints them.
    package var help: String {
        let usage = (["usage:", name] + (options.isEmpty ? [] : ["[options]"]) + arguments).joined(separator: " ")
        let lines = options.map { option in
            var left = option.short.map { "  -\($0), " } ?? "      "
            left += "--\(option.name)"
            if case .value(let placeholder) = option.kind { left += " \(placeholder)" }
            var right = option.help
            if let fallback = option.fallback { right += " (default: \(fallback))" }
            if let environment = option.environment { right += " (environment: \(environment))" }
            return left + String(repeating: " ", count: max(2, 34 - left.count)) + right
        }
        let shown = example.map { ["", "example:", "  \($0)"] } ?? []
        return ([usage, about, ""] + lines + shown).joined(separator: "\n") + "\n"
    }
}
