// SPDX-License-Identifier: Apache-2.0

/// What the Lease object says. The times in it belong to another machine's clock and are never compared with ours.
package struct LeaseRecord: Equatable, Sendable {
    package var holder: String?
    package var durationSeconds: Int
    package var transitions: Int
    package var renewStamp: String
    /// When the holder became it. Stays while it renews.
    package var acquireStamp: String

    package init(
        holder: String?,
        durationSeconds: Int,
        transitions: Int,
        renewStamp: String,
        acquireStamp: String = ""
    ) {
        self.holder = holder
        self.durationSeconds = durationSeconds
        self.transitions = transitions
        self.renewStamp = renewStamp
        self.acquireStamp = acquireStamp
    }

    /// The record that gives the lease up, or `nil` if it is not `identity`'s to give.
    ///
    /// Asked of the record just read, not of one remembered: between the two another may have taken over.
    package func released(by identity: String, stamp: String) -> LeaseRecord? {
        guard holder == identity else { return nil }
        // A duration of 0 is refused by the API server.
        return LeaseRecord(
            holder: "",
            durationSeconds: 1,
            transitions: transitions,
            renewStamp: stamp,
            acquireStamp: stamp
        )
    }
}

/// Lease 15 s, renew deadline 10 s, retry 2 s (row 99). One leader at a time, and always one, needs lease > renew deadline >
/// 1.2 × retry period.
package struct LeaseTimings: Sendable {
    /// What is added to a wait for the lease, as a part of the retry period: 2 s become 2 to 4.4 s.
    package static let jitterFactor = 1.2

    package var lease: Duration = .seconds(15)
    package var renewDeadline: Duration = .seconds(10)
    package var retryPeriod: Duration = .seconds(2)

    package init() {}

    /// How long guarded work may take to stop once the lease is given up, less a round trip: nobody else can have it
    /// before that.
    package var stoppingMargin: Duration { lease - renewDeadline }
}

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
