// SPDX-License-Identifier: Apache-2.0

import KubernetesRuntime
import TestSupport
import Testing

@Suite
struct LeaseElectionTests {
    typealias Election = LeaseElection<ManualClock.Instant>

    func at(_ seconds: Int) -> ManualClock.Instant { ManualClock.Instant(offset: .seconds(seconds)) }

    func lease(_ holder: String, _ stamp: String, duration: Int = 15) -> LeaseRecord {
        LeaseRecord(holder: holder, durationSeconds: duration, transitions: 3, renewStamp: stamp)
    }

    @Test func anotherMachinesTimesAreOnlyComparedForChange() {
        var election = Election(identity: "me")
        election.observe(lease("you", "1970-01-01"), at: at(0))
        #expect(election.decide(now: at(14)) == .wait)
        // A renewal stamped a century off still means: alive now.
        election.observe(lease("you", "2070-01-01"), at: at(14))
        #expect(election.decide(now: at(28)) == .wait)
        #expect(election.decide(now: at(29)) == .takeOver(transitions: 4))
    }

    @Test func aReleasedLeaseIsTakenAtOnce() {
        var election = Election(identity: "me")
        election.observe(lease("", "x", duration: 1), at: at(0))
        #expect(election.decide(now: at(0)) == .takeOver(transitions: 4))
    }

    @Test func onlyOurOwnLeaseIsReleased() {
        #expect(lease("you", "b").released(by: "me", stamp: "c") == nil)
        #expect(
            lease("me", "a").released(by: "me", stamp: "c")
                == LeaseRecord(holder: "", durationSeconds: 1, transitions: 3, renewStamp: "c", acquireStamp: "c")
        )
    }
}
