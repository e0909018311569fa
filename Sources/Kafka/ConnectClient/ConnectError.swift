// SPDX-License-Identifier: Apache-2.0

/// Why a Connect cluster did not do what was asked.
package struct ConnectError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Code: Equatable, Sendable {
        /// No answer at all: no worker listens, a name that does not exist, or the deadline.
        case unreachable
        case refused(status: Int)
        case unreadable
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
