// SPDX-License-Identifier: Apache-2.0

/// The options and arguments of one call.
package struct Invocation: Equatable, Sendable {
    var values: [String: [String]] = [:]
    package internal(set) var arguments: [String] = []

    /// The last value of an option; `nil` if there is none.
    package subscript(_ option: String) -> String? { values[option]?.last }

    /// Every value of a repeated option, in the order they were typed.
    package func all(_ option: String) -> [String] { values[option] ?? [] }

    /// Whether a flag was typed.
    package func has(_ flag: String) -> Bool { values[flag] != nil }
}
