// SPDX-License-Identifier: Apache-2.0

/// Something a person should read in `kubectl describe`.
package struct EventIntent: Equatable, Sendable {
    /// The two types that the API knows; the raw value is what it takes.
    package enum Severity: String, Equatable, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    package var severity: Severity
    /// One word in upper camel case, from a fixed list.
    package var reason: String
    /// What was being done, as an infinitive: `Reconcile`, `TransferImage`.
    package var action: String
    /// A sentence; at most 1 kB is kept. Never a secret.
    package var note: String

    package init(_ severity: Severity, reason: String, action: String = "Reconcile", note: String) {
        self.severity = severity
        self.reason = reason
        self.action = action
        self.note = note
    }
}
