// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Everything one reconcile wants to change, as a value.
///
/// A plan can be printed by `kittiwake plan`, compared with a golden file and applied twice without effect.
package struct Plan<Status: Equatable & Sendable, Effect: Equatable & Sendable>: Equatable, Sendable {
    /// Write-ahead: written and confirmed before the first step.
    package var before: Status?
    /// In order; the first failure ends the plan.
    package var steps: [Step<Effect>]
    /// Written after the steps, and only if it differs from what the object shows. `nil`: leave it as it is.
    package var status: Status?
    /// Sent after the status, never waited for.
    package var events: [EventIntent]
    package var revisit: Revisit

    package init(
        before: Status? = nil,
        steps: [Step<Effect>] = [],
        status: Status? = nil,
        events: [EventIntent] = [],
        revisit: Revisit = .onChange
    ) {
        self.before = before
        self.steps = steps
        self.status = status
        self.events = events
        self.revisit = revisit
    }
}

/// One thing the executor does.
package enum Step<Effect: Equatable & Sendable>: Equatable, Sendable {
    /// Server-side apply by our one field manager.
    case apply(ApplyIntent)
    /// Background propagation; the UID keeps it from hitting a namesake that was created in the meantime. An object
    /// that is already gone counts as deleted.
    case delete(kind: ResourceKind, key: ObjectKey, uid: String)
    /// Something outside the Kubernetes API, as a value that the controller's author defines.
    case effect(Effect)
}

/// The whole intent of our field manager for one object: only the fields we own, no defaults. What was applied before
/// and is missing now is removed by the API server.
package struct ApplyIntent: Equatable, Sendable {
    package var kind: ResourceKind
    package var key: ObjectKey
    /// `apiVersion`, `kind` and `metadata.name` included; written with sorted keys, so that equal intents are equal
    /// bytes.
    package var body: JSON

    package init(kind: ResourceKind, key: ObjectKey, body: JSON) {
        self.kind = kind
        self.key = key
        self.body = body
    }
}

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

/// When the controller should look at the object again with no event to wake it.
package enum Revisit: Equatable, Sendable {
    case onChange
    /// `.zero` means at once: there is a next step that nothing will announce.
    case after(Duration)
    /// Wait as after a failure: longer each time, and counted as an error. The status tells why.
    case backOff
}

/// A specification that cannot be carried out. Becomes a condition on the resource; is never retried.
package struct PlanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why it cannot be carried out.
    package enum Code: Equatable, Sendable {
        case invalidSpec
        case unsupportedTransition
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
