// SPDX-License-Identifier: Apache-2.0

/// The Lease object in the API server. The version check of `write` is the only mutual exclusion there is.
package protocol LeaseStore: Sendable {
    /// `nil` if there is no such object.
    func read() async throws -> StoredLease?

    /// Creates the object (`version` is `nil`) or replaces the one that has this version; throws if it has another.
    /// Returns the new version.
    func write(_ record: LeaseRecord, over version: String?) async throws -> String
}

/// A record with the version that a write over it has to name.
package struct StoredLease: Equatable, Sendable {
    package var record: LeaseRecord
    package var version: String

    package init(record: LeaseRecord, version: String) {
        self.record = record
        self.version = version
    }
}
