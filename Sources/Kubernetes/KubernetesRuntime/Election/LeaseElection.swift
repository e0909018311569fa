// SPDX-License-Identifier: Apache-2.0

/// Decides; performs nothing. All instants are from one local clock, which also counts while the machine sleeps.
package struct LeaseElection<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// What to do about the record that was seen last.
    package enum Decision: Equatable {
        case wait
        case takeOver(transitions: Int)
        /// It names us already.
        case renew(transitions: Int, acquired: String)
    }

    package let identity: String
    private var observed: LeaseRecord?
    private var observedAt: Instant?

    package init(identity: String) { self.identity = identity }

    /// Any change of the record, whatever it is, restarts the local countdown.
    package mutating func observe(_ record: LeaseRecord, at now: Instant) {
        guard record != observed else { return }
        observed = record
        observedAt = now
    }

    /// Before anything was observed: wait.
    package func decide(now: Instant) -> Decision {
        guard let observed, let observedAt else { return .wait }
        if observed.holder == identity {
            return .renew(transitions: observed.transitions, acquired: observed.acquireStamp)
        }
        let expiry = observedAt.advanced(by: .seconds(observed.durationSeconds))
        let isHeld = !(observed.holder ?? "").isEmpty
        return isHeld && now < expiry ? .wait : .takeOver(transitions: observed.transitions + 1)
    }
}
