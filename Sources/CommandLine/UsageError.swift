// SPDX-License-Identifier: Apache-2.0

/// What the user typed is not what the command takes.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
