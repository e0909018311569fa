// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct ReflectorBackoffTests {
    func at(_ offset: Duration) -> ManualClock.Instant { ManualClock.Instant(offset: offset) }

    @Test func delaysDoubleUpToThirtySeconds() {
        var backoff = ReflectorBackoff<ManualClock.Instant>()
        let delays = (0..<8).map { _ in backoff.next(now: at(.zero), jitter: 0, atLeast: .zero) }
        let expected = [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]
        #expect(delays == expected.map { .milliseconds($0) })
    }

    @Test func jitterAddsAtMostAsMuchAgain() {
        var backoff = ReflectorBackoff<ManualClock.Instant>()
        #expect(backoff.next(now: at(.zero), jitter: 1, atLeast: .zero) == .milliseconds(1600))
        #expect(backoff.next(now: at(.zero), jitter: 0.5, atLeast: .seconds(60)) == .seconds(60))
    }

    @Test func twoHealthyMinutesBeginAnew() {
        var backoff = ReflectorBackoff<ManualClock.Instant>()
        _ = backoff.next(now: at(.zero), jitter: 0, atLeast: .zero)
        let soon = backoff.next(now: at(.seconds(120)), jitter: 0, atLeast: .zero)
        #expect(soon == .milliseconds(1600))
        let later = backoff.next(now: at(.seconds(120) + soon + .seconds(120)), jitter: 0, atLeast: .zero)
        #expect(later == .milliseconds(800))
    }
}
