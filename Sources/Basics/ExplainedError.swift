// SPDX-License-Identifier: Apache-2.0

/// An error that a person acts on: it becomes the reason and the message of a condition, or a line on standard error.
package protocol ExplainedError: Error, CustomStringConvertible {
    /// One word in CamelCase that says what kind of failure it was, as conditions and events want it: `BucketNotFound`.
    var reason: String { get }
    /// What was tried, on what, and what came back. Never a secret, never a URL's query.
    var message: String { get }
    /// What the person can do about it; `nil` if there is nothing but to wait.
    var advice: String? { get }
    /// Whether the same call may work a little later although nobody has changed anything.
    var isWorthRetrying: Bool { get }
}

extension ExplainedError {
    /// The message, and what to do: `s3://images/worker.tar: there is no such object; check images.worker.s3Path`.
    package var description: String { advice.map { "\(message); \($0)" } ?? message }
}
