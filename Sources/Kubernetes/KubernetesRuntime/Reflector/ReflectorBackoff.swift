// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// How long a reflector waits after a failure: 800 ms, doubled up to 30 s, with up to as much again as jitter; back to
/// the start after two minutes without a failure.
struct ReflectorBackoff<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    static var healthy: Duration { .seconds(120) }
    static var backoff: Backoff { Backoff(base: .milliseconds(800), maximum: .seconds(30), jitter: 1...2) }

    private var failures = 0
    /// When the last wait was over.
    private var resumedAt: Instant?

    /// - Parameter jitter: 0…1
    mutating func next(now: Instant, jitter: Double, atLeast: Duration) -> Duration {
        if let resumedAt, resumedAt.duration(to: now) >= Self.healthy { failures = 0 }
        failures += 1
        let delay = max(Self.backoff.delay(after: failures, random: jitter), atLeast)
        resumedAt = now.advanced(by: delay)
        return delay
    }
}
