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
