// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LeadershipTests {
    let store = FakeLeaseStore()
    let clock = ManualClock()
    let log = Recorder<String>()
    let stop = Latch()

    func leadership(_ identity: String = "me", log recorder: Recorder<String>? = nil)
        -> Leadership<FakeLeaseStore, ManualClock>
    {
        let recorder = recorder ?? log
        let keeper = LeaseKeeper(
            store,
            identity: identity,
            clock: clock,
            jitter: { 0 },
            stamp: { "now" },
            report: { _ in },
            overrun: { recorder.record("overrun") }
        )
        return Leadership(keeper, log: Log(level: .error)) { recorder.record($0 ? "leads" : "follows") }
    }

    /// Works until it is asked to stop, or is cancelled.
    @Sendable func work(_ term: Term<ManualClock>) async throws {
        log.record("work \(term.epoch)")
        try await stop.wait()
        log.record("done")
    }

    @Test(.rows(101)) func stoppingEndsTheWorkAndReleasesTheLease() async throws {
        let outcome = await running { [self] in
            try await leadership().run(until: stop, work)
        } while: { _ in
            await log.wait(for: 2)
            stop.open()
        }
        try outcome.get()
        #expect(log.all == ["leads", "work 0", "done", "follows"])
        #expect(store.record?.holder == "")
    }

    @Test func stoppingEndsTheWaitForTheLease() async throws {
        let other = LeaseRecord(holder: "you", durationSeconds: 15, transitions: 3, renewStamp: "then")
        store.overwrite(other)
        let outcome = await running { [self] in
            try await leadership().run(until: stop, work)
        } while: { _ in
            await clock.waitForSleeper(until: .seconds(2))
            stop.open()
        }
        try outcome.get()
        #expect(log.all == ["follows"])
        #expect(store.record == other)
    }

    @Test(.rows(102)) func whoLostTheLeaseCampaignsAgainInTheSameProcess() async throws {
        let outcome = await running { [self] in
            try await leadership().run(until: stop, work)
        } while: { _ in
            await log.wait(for: 2)
            await clock.waitForSleeper(until: .seconds(2))
            store.overwrite(LeaseRecord(holder: "you", durationSeconds: 2, transitions: 1, renewStamp: "then"))
            clock.advance(by: .seconds(2))
            await log.wait(for: 3)
            await clock.waitForSleeper(until: .seconds(4))
            clock.advance(by: .seconds(2))  // the other has not renewed for its two seconds
            await log.wait(for: 5)
            stop.open()
        }
        try outcome.get()
        #expect(log.all == ["leads", "work 0", "follows", "leads", "work 2", "done", "follows"])
    }

    @Test func workThatDoesNotEndAfterALostLeaseIsOverrun() async {
        let hold = Latch()
        let held = Locked<Term<ManualClock>?>(nil)
        _ = await running { [self] in
            try await leadership().run(until: stop) { [log] term in
                held.withLock { $0 = term }
                log.record("held \(term.isHeld)")
                await hold.waitInAnyCase()
                log.record("held \(term.isHeld)")
            }
        } while: { cancel in
            await log.wait(for: 2)
            await clock.waitForSleeper(until: .seconds(2))
            store.overwrite(LeaseRecord(holder: "you", durationSeconds: 15, transitions: 1, renewStamp: "then"))
            clock.advance(by: .seconds(2))
            // The renewal's own limit is at seven seconds, too: only when it has ended is it the time to stop in.
            await until { held.withLock({ $0?.isHeld }) != true }
            await clock.waitForSleeper(until: .seconds(7))
            clock.advance(by: .seconds(5))
            await log.wait(for: 3)
            hold.open()
            await log.wait(for: 5)
            cancel()
        }
        #expect(log.all.prefix(5) == ["leads", "held true", "overrun", "held false", "follows"])
    }

    @Test(.rows(98, 189)) func ofTwoReplicasOneLeads() async throws {
        let active = Locked<Set<String>>([])
        let most = Recorder<Int>()
        let first = Latch()
        let second = Latch()
        let outcome = await running { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, stop) in [("a", first), ("b", second)] {
                    group.addTask { [self] in
                        try await leadership(name).run(until: stop) { _ in
                            most.record(
                                active.withLock {
                                    $0.insert(name); return $0.count
                                }
                            )
                            try await stop.wait()
                            active.withLock { _ = $0.remove(name) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        } while: { _ in
            await most.wait(for: 1)
            let leader = active.withLock { $0.first }
            await clock.waitForSleeper(until: .seconds(2))
            (leader == "a" ? first : second).open()
            await until { store.record?.holder == "" }
            clock.advance(by: .seconds(2))
            await most.wait(for: 2)
            first.open()
            second.open()
        }
        try outcome.get()
        #expect(most.all == [1, 1])
    }
}
