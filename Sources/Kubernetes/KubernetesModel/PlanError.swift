// SPDX-License-Identifier: Apache-2.0

/// A specification that cannot be carried out. Becomes a condition on the resource; is never retried.
package struct PlanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why it cannot be carried out. The raw value is the reason that a condition shows.
    package enum Code: String, Equatable, Sendable, CaseIterable {
        case invalidSpec = "InvalidSpec"
        case unsupportedTransition = "UnsupportedTransition"
    }

    package var code: Code
    /// As in the manifest: `spec.worker.kafka.bootstrapServers`.
    package var field: String
    package var message: String

    package init(_ code: Code, field: String, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    package var description: String { "\(field): \(message)" }
}
