// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import TestSupport
import Testing

/// A Lease object in memory, with the version check of the API server.
final class FakeLeaseStore: LeaseStore {
    struct Conflict: Error {}
    struct Unreachable: Error {}

    private struct State: Sendable {
        var stored: StoredLease?
        var isReachable = true
        var hangs = false
        var writes = 0
        /// What arrives before the next write does.
        var underWay: LeaseRecord?
    }

    private let state = Locked(State())

    var record: LeaseRecord? { state.withLock { $0.stored?.record } }
    var writes: Int { state.withLock { $0.writes } }

    func setReachable(_ isReachable: Bool) { state.withLock { $0.isReachable = isReachable } }

    /// Lets the next read hang until it is cancelled.
    func hangOnce() { state.withLock { $0.hangs = true } }

    /// Lets a write that somebody gave up waiting for arrive right before the next one.
    func arriveLate(_ record: LeaseRecord?) { state.withLock { $0.underWay = record } }

    /// What another candidate does behind our back.
    func overwrite(_ record: LeaseRecord) {
        state.withLock { state in
            state.writes += 1
            state.stored = StoredLease(record: record, version: "\(state.writes)")
        }
    }

    func read() async throws -> StoredLease? {
        let hangs = state.withLock { state in
            defer { state.hangs = false }
            return state.hangs
        }
        if hangs { try await Latch().wait() }
        return try state.withLock { state in
            guard state.isReachable else { throw Unreachable() }
            return state.stored
        }
    }

    func write(_ record: LeaseRecord, over version: String?) async throws -> String {
        try state.withLock { state in
            guard state.isReachable else { throw Unreachable() }
            if let late = state.underWay {
                state.underWay = nil
                state.writes += 1
                state.stored = StoredLease(record: late, version: "\(state.writes)")
            }
            guard state.stored?.version == version else { throw Conflict() }
            state.writes += 1
            state.stored = StoredLease(record: record, version: "\(state.writes)")
            return "\(state.writes)"
        }
    }
}

@Suite(.timeLimit(.minutes(5)))
struct LeaseKeeperTests {
    let store = FakeLeaseStore()
    let clock = ManualClock()
    let log = Recorder<String>()
    let failures = Recorder<String>()

    var keeper: LeaseKeeper<FakeLeaseStore, ManualClock> {
        LeaseKeeper(
            store,
            identity: "me",
            clock: clock,
            jitter: { 0 },
            stamp: { "now" },
            report: { [failures] error in failures.record("\(type(of: error))") },
            overrun: { [log] in log.record("overrun") }
        )
    }

    func lease(_ holder: String, transitions: Int = 3) -> LeaseRecord {
        LeaseRecord(holder: holder, durationSeconds: 15, transitions: transitions, renewStamp: "then")
    }

    /// Works until it is cancelled, and says so.
    @Sendable func work() async throws {
        log.record("start")
        do {
            try await Latch().wait()
        } catch {
            log.record("stop")
            throw error
        }
    }

    @Test func aFreeLeaseIsTakenAndReleasedAfterTheWork() async throws {
        try await keeper.lead { [log, store] _ in log.record(store.record?.holder ?? "nobody") }
        #expect(log.all == ["me"])
        #expect(store.record?.holder == "")
        #expect(store.record?.durationSeconds == 1)
    }

    @Test(.rows(330)) func aRenewalThatArrivesLateDoesNotKeepTheLease() async throws {
        try await keeper.lead { [store] _ in store.arriveLate(store.record) }
        #expect(store.record?.holder == "")
        #expect(failures.all.isEmpty)
    }

    @Test func aLeaseThatWasTakenMeanwhileIsNotGivenBack() async throws {
        try await keeper.lead { [store] _ in store.arriveLate(lease("you")) }
        #expect(store.record == lease("you"))
    }

    @Test func anothersLeaseIsTakenOverWhenItHasNotChangedForItsDuration() async throws {
        store.overwrite(lease("you"))
        let outcome = await running { [keeper, log, store] in
            try await keeper.lead { _ in log.record(store.record?.holder ?? "nobody") }
        } while: { _ in
            for second in stride(from: 2, through: 16, by: 2) {
                await clock.waitForSleeper(until: .seconds(second))
                #expect(log.all.isEmpty)
                clock.advance(by: .seconds(2))
            }
        }
        try outcome.get()
        #expect(log.all == ["me"])
        #expect(store.record?.transitions == 4)
    }

    @Test func aRequestThatHangsDoesNotEndTheCampaign() async throws {
        store.hangOnce()
        let outcome = await running { [keeper, log] in
            try await keeper.lead { _ in log.record("lead") }
        } while: { _ in
            await clock.waitForSleeper(until: .seconds(5))
            clock.advance(by: .seconds(5))
            await clock.waitForSleeper(until: .seconds(7))
            clock.advance(by: .seconds(2))
        }
        try outcome.get()
        #expect(log.all == ["lead"])
        #expect(failures.all == ["DeadlineExceeded"])
    }

    @Test func theLeaseIsRenewedWhileTheWorkRuns() async throws {
        let outcome = await running { [self] in
            try await keeper.lead { _ in try await work() }
        } while: { cancel in
            for second in stride(from: 2, through: 30, by: 2) {
                await clock.waitForSleeper(until: .seconds(second))
                clock.advance(by: .seconds(2))
            }
            await clock.waitForSleeper(until: .seconds(32))
            #expect(store.writes == 16)
            #expect(log.all == ["start"])
            cancel()
        }
        #expect(throws: CancellationError.self) { try outcome.get() }
        #expect(log.all == ["start", "stop"])
        #expect(store.record?.holder == "")  // released after the work, although we were cancelled
    }

    @Test func aLeaseThatCannotBeRenewedIsLostBeforeItRunsOut() async throws {
        let outcome = await running { [self] in
            try await keeper.lead { _ in try await work() }
        } while: { _ in
            await clock.waitForSleeper(until: .seconds(2))
            store.setReachable(false)
            for second in stride(from: 2, through: 10, by: 2) {
                await clock.waitForSleeper(until: .seconds(second))
                clock.advance(by: .seconds(2))
            }
        }
        #expect(throws: LostLease()) { try outcome.get() }
        #expect(log.all == ["start", "stop"])
        #expect(failures.all.contains("Unreachable"))
        #expect(clock.now.offset == .seconds(10))  // five seconds before another may take over
    }

    @Test func aLeaseThatSomebodyElseHoldsIsLostAtOnce() async throws {
        let outcome = await running { [self] in
            try await keeper.lead { _ in try await work() }
        } while: { _ in
            await clock.waitForSleeper(until: .seconds(2))
            store.overwrite(lease("you"))
            clock.advance(by: .seconds(2))
        }
        #expect(throws: LostLease()) { try outcome.get() }
        #expect(log.all == ["start", "stop"])
        #expect(failures.all == ["Conflict"])
        #expect(store.record == lease("you"))  // and is not released by us
    }

    @Test func renewalsKeepTheMomentOfTaking() async {
        store.overwrite(
            LeaseRecord(holder: "me", durationSeconds: 15, transitions: 3, renewStamp: "then", acquireStamp: "long ago")
        )
        _ = await running { [self] in
            try await keeper.lead { _ in try await work() }
        } while: { cancel in
            await clock.waitForSleeper(until: .seconds(2))
            clock.advance(by: .seconds(2))
            await clock.waitForSleeper(until: .seconds(4))
            #expect(store.record?.acquireStamp == "long ago")
            #expect(store.record?.renewStamp == "now")
            #expect(store.record?.transitions == 3)
            cancel()
        }
    }

    @Test func theErrorOfTheWorkIsTheError() async {
        struct Broken: Error, Equatable {}
        await #expect(throws: Broken()) { try await keeper.lead { _ in throw Broken() } }
        #expect(store.record?.holder == "")
    }
}
