// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesModel

/// How long a key waits after a failure: its own back-off, or its turn in the bucket of all retries, whichever is
/// longer. An outage must not become a stampede.
struct RetryDelays<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// Retries of a controller: 10 a second, and 100 at once.
    static var interval: Duration { .milliseconds(100) }
    static var burst: Int { 100 }

    private let backoff: Backoff
    /// In a row.
    private var failures: [ObjectKey: Int] = [:]
    /// When the bucket will be full again.
    private var full: Instant?

    init(base: Duration, maximum: Duration) { backoff = Backoff(base: base, maximum: maximum) }

    /// - Parameter jitter: 0…1; how much of a quarter is added (row 328).
    mutating func next(for key: ObjectKey, now: Instant, jitter: Double) -> Duration {
        let count = failures[key, default: 0] + 1
        failures[key] = count
        let own = backoff.delay(after: count, random: jitter)
        // Each retry empties the bucket by one interval's worth; what is more than the burst has to wait.
        let emptied = max(full ?? now, now).advanced(by: Self.interval)
        full = emptied
        let turn = now.duration(to: emptied) - Self.interval * Self.burst
        return max(own, turn)
    }

    mutating func forget(_ key: ObjectKey) { failures[key] = nil }
}
