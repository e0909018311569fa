// SPDX-License-Identifier: Apache-2.0

/// Why a request to the API server brought no answer that helps.
///
/// Decisions are made by `code` and never by the text.
package struct KubernetesError: Error, Sendable, CustomStringConvertible {
    /// What a caller can act on.
    package enum Code: String, Equatable, Sendable, CaseIterable {
        /// 404. Usually an answer and not a problem.
        case notFound
        /// 409: look again, plan again.
        case alreadyExists
        case conflict
        /// 422 and 400: the object cannot be so.
        case invalid
        case badRequest
        /// 403: the service account lacks a verb, or a quota, a policy or the end of the namespace forbids it.
        case forbidden
        /// 401, also with new credentials.
        case unauthorized
        /// 410: the version or the continue token is too old. List again.
        case expired
        /// 429.
        case throttled
        /// 503, and 504 of a read.
        case unavailable
        /// 500 and other failures of the server.
        case `internal`
        /// Refused, reset, closed, deadline, 504 of a write: whether it has been done is unknown.
        case transport
        /// The answer is not JSON, or of another shape.
        case unreadable
        /// The credentials or the configuration could not be read.
        case configuration
        /// The calling task was cancelled.
        case cancelled
    }

    package var code: Code
    /// What was tried on what, what came back, and what can be done about it.
    package var message: String
    /// How long the server asked to wait.
    package var retryAfter: Duration?
    package init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    /// Whether it is the API server that fails, so that writing a status about it would fail too.
    package var isOutage: Bool {
        switch code {
        case .throttled, .unavailable, .internal, .transport, .unauthorized, .cancelled, .configuration: true
        case .notFound, .alreadyExists, .conflict, .invalid, .badRequest, .forbidden, .expired, .unreadable: false
        }
    }
}
