// SPDX-License-Identifier: Apache-2.0

/// A value that does not print: not by interpolation, not by `dump`, not inside another value.
///
/// Where credentials enter the program they become one of these at once.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The only way to the value, and easy to search for.
    package func reveal<Result>(_ use: (String) throws -> Result) rethrows -> Result { try use(value) }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
