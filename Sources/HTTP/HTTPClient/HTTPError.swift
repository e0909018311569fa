// SPDX-License-Identifier: Apache-2.0

/// Why there is no answer. An answer with any status is no error here.
package struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Code: Equatable, Sendable {
        case invalidRequest
        /// The number is libcurl's.
        case transfer(Int)
        case timedOut
        case bodyTooLarge
        case clientShutDown
    }

    package var code: Code
    package var message: String
    /// Of an invalid request: it is a header that cannot be sent, such as one with credentials.
    package internal(set) var isAboutHeader = false

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
