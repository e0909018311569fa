// SPDX-License-Identifier: Apache-2.0

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
