// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct RetryDelaysTests {
    func at(_ offset: Duration) -> ManualClock.Instant { ManualClock.Instant(offset: offset) }

    func delays() -> RetryDelays<ManualClock.Instant> { RetryDelays(base: .milliseconds(5), maximum: .seconds(1000)) }

    func key(_ number: Int) -> ObjectKey { ObjectKey(namespace: "shop", name: "\(number)") }

    @Test(.rows(328)) func aKeyWaitsTwiceAsLongEachTimeWithJitter() {
        var delays = delays()
        #expect(delays.next(for: key(1), now: at(.zero), jitter: 0) == .milliseconds(5))
        #expect(delays.next(for: key(1), now: at(.zero), jitter: 1) == .microseconds(12_500))
        #expect(delays.next(for: key(2), now: at(.zero), jitter: 0) == .milliseconds(5))
        delays.forget(key(1))
        #expect(delays.next(for: key(1), now: at(.zero), jitter: 0) == .milliseconds(5))
    }

    @Test func anOutageIsNoStampede() {
        var delays = delays()
        let waits = (0..<1_000).map { delays.next(for: key($0), now: at(.zero), jitter: 0) }
        #expect(waits.prefix(100).allSatisfy { $0 == .milliseconds(5) })
        #expect(waits[110] == .milliseconds(1100))
        #expect(waits[999] == .seconds(90))
        // Ten a second are given back.
        #expect(delays.next(for: key(2_000), now: at(.seconds(100)), jitter: 0) == .milliseconds(5))
    }
}
