// SPDX-License-Identifier: Apache-2.0

package import Basics

/// How long a lease is good for, when its holder gives it up, and how often it is written and looked at: 15 s, 10 s and 2 s
/// unless somebody says otherwise (row 99). One leader at a time, and always one, needs lease > renew deadline > 1.2 ×
/// retry period.
package struct LeaseTimings: Equatable, Sendable {
    /// How many retry periods have to fit before the renew deadline; client-go's number.
    private static let retriesToFit = 1.2

    /// The part of the retry period that a candidate may look early, so that several do not ask in step.
    private static let earliness = 0.2

    package private(set) var lease = Duration.seconds(15)
    package private(set) var renewDeadline = Duration.seconds(10)
    package private(set) var retryPeriod = Duration.seconds(2)

    package init() {}

    /// Reads `LEASE_DURATION_SECONDS`, `LEASE_RENEW_DEADLINE_SECONDS` and `LEASE_RETRY_PERIOD_SECONDS`, whole seconds from 1
    /// to 3600. What is absent is as it is without an environment; what does not fit together is reported to the reader.
    package init(_ reader: inout EnvironmentReader) {
        func seconds(_ name: String, _ usual: Duration) -> Duration {
            reader.number(name, in: 1...3600).map { .seconds($0) } ?? usual
        }
        lease = seconds("LEASE_DURATION_SECONDS", lease)
        renewDeadline = seconds("LEASE_RENEW_DEADLINE_SECONDS", renewDeadline)
        retryPeriod = seconds("LEASE_RETRY_PERIOD_SECONDS", retryPeriod)
        let deadline = "LEASE_RENEW_DEADLINE_SECONDS (\(renewDeadline.components.seconds))"
        if lease <= renewDeadline {
            reader.report("LEASE_DURATION_SECONDS (\(lease.components.seconds)) must be greater than \(deadline)")
        }
        if renewDeadline <= retryPeriod * Self.retriesToFit {
            let period = "LEASE_RETRY_PERIOD_SECONDS (\(retryPeriod.components.seconds))"
            reader.report("\(deadline) must be greater than \(Self.retriesToFit) times \(period)")
        }
    }

    /// How long guarded work may take to stop once the lease is given up, less a round trip: nobody else can have it
    /// before that.
    package var stoppingMargin: Duration { lease - renewDeadline }

    /// How long a candidate waits before it looks again: never longer than the retry period, so that a lease that was given
    /// back is taken within it (rows 101, 330). client-go waits up to 2.2 periods, 4.4 s. Two candidates that look at the
    /// same moment do no harm: the write of one of them fails.
    ///
    /// - Parameter jitter: 0…1; how much of the possible earliness is used.
    package func pause(jitter: Double) -> Duration { retryPeriod - retryPeriod * (Self.earliness * jitter) }
}
