// SPDX-License-Identifier: Apache-2.0

/// Everything one reconcile wants to change, as a value.
///
/// A plan can be printed by `kittiwake plan`, compared with a golden file and applied twice without effect.
package struct Plan<Status: Equatable & Sendable, Effect: Equatable & Sendable>: Equatable, Sendable {
    /// In order; the first failure ends the plan.
    package var steps: [Step<Effect>]
    /// Written after the steps, and only if it differs from what the object shows. `nil`: leave it as it is.
    package var status: Status?
    /// Sent after the status, never waited for.
    package var events: [EventIntent]
    package var revisit: Revisit

    package init(
        steps: [Step<Effect>] = [],
        status: Status? = nil,
        events: [EventIntent] = [],
        revisit: Revisit = .onChange
    ) {
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

/// When the controller should look at the object again with no event to wake it.
package enum Revisit: Equatable, Sendable {
    case onChange
    /// `.zero` means at once: there is a next step that nothing will announce.
    case after(Duration)
}
