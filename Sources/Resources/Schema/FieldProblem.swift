// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a resource. The message never holds a credential.
package struct FieldProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// As in the manifest: `spec.worker.kafka.bootstrapServers`.
    package var field: String
    package var message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    package var description: String { "\(field): \(message)" }

    /// The same problem, seen from further out.
    func inside(_ path: String) -> FieldProblem {
        FieldProblem(field: path.appending(member: field), message: message)
    }
}
