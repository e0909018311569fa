// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no tar that can be read here.
package struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with them.
    package enum Code: Equatable, Sendable {
        /// Not even the beginning of one.
        case notATar
        /// It ends in the middle of an entry.
        case truncated
        /// A header that contradicts itself, or says what cannot be.
        case damaged
        /// Names that are longer than any name is, or more headers than are wanted.
        case tooLarge
    }

    package var code: Code
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
