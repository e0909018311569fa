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

    func leadership(
        _ identity: String = "me",
        jitter: Double = 0,
        log recorder: Recorder<String>? = nil
    ) -> Leadership<FakeLeaseStore, ManualClock> {
        let recorder = recorder ?? log
        let keeper = LeaseKeeper(
            store,
            identity: identity,
            clock: clock,
            jitter: { jitter },
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

    /// All candidates look at the same moments, so of those that find the lease free all but one meet a conflict.
    @Test(.rows(98, 101, 189), arguments: [2, 3], [0, 1])
    func ofSeveralReplicasOneLeadsAndThenTheNext(count: Int, jitter: Double) async throws {
        let active = Locked<Set<String>>([])
        let most = Recorder<Int>()
        let stops = Dictionary(uniqueKeysWithValues: ["a", "b", "c"].prefix(count).map { ($0, Latch()) })
        let outcome = await running { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, stop) in stops {
                    group.addTask { [self] in
                        try await leadership(name, jitter: jitter).run(until: stop) { _ in
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
            for number in 1...count {
                await most.wait(for: number)
                let leader = active.withLock { $0.first } ?? ""
                let pause = LeaseTimings().pause(jitter: jitter)
                // Without jitter the next renewal is at the same moment.
                let sleepers = count - number + (jitter == 0 ? 1 : 0)
                await clock.waitForSleeper(until: clock.now.offset + pause, count: sleepers)
                stops[leader]?.open()
                await until { store.record?.holder == "" }
                clock.advance(by: LeaseTimings().retryPeriod)
            }
        }
        try outcome.get()
        #expect(most.all == Array(repeating: 1, count: count))
    }
}
