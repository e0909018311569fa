// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// What the runtime itself refuses to do.
package struct ReconcileError: ExplainedError, Equatable {
    /// The raw value is the reason that a condition shows.
    package enum Code: String, Equatable, Sendable, CaseIterable {
        /// An object of the name is there and is somebody else's.
        case nameConflict = "NameConflict"
        /// Only the metadata of the resource can be read.
        case unreadable = "Unreadable"
    }

    package var code: Code
    package var message: String

    package var reason: String { code.rawValue }
    /// The message says it.
    package var advice: String? { nil }
    /// The namesake may go, and nothing would tell us.
    package var isWorthRetrying: Bool { true }
}
