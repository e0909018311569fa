// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Somebody else may be leading now. Whatever was guarded has been cancelled and has ended.
package struct LostLease: Error, Equatable {
    package init() {}
}

/// Takes the lease, keeps it while some work runs, and gives it back afterwards.
package struct LeaseKeeper<Store: LeaseStore, C: Clock<Duration>>: Sendable {
    /// The lease as we wrote it, and when we sent it. Others count from when they saw it, which is later.
    private struct Held: Sendable {
        var stored: StoredLease
        var sentAt: C.Instant
    }

    private let store: Store
    private let clock: C
    private let identity: String
    private let timings: LeaseTimings
    private let jitter: @Sendable () -> Double
    private let stamp: @Sendable () -> String
    private let report: @Sendable (any Error) -> Void
    private let overrun: @Sendable () -> Void

    /// - Parameters:
    ///   - identity: of this process and no other: whoever finds itself in the record takes the lease without waiting.
    ///   - clock: one that goes on while the machine sleeps: `ContinuousClock`, in production.
    ///   - jitter: a number from 0 to 1; how much earlier than it has to a candidate looks.
    ///   - stamp: the time to write into the record, for people. No decision is made by it.
    ///   - report: told of every request that failed. The keeper goes on; a missing permission has to be seen somewhere.
    ///   - overrun: called when the lease is lost and the work has not ended although another may have it by now. Ends
    ///     the process, without cleaning up.
    package init(
        _ store: Store,
        identity: String,
        clock: C,
        timings: LeaseTimings = LeaseTimings(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        stamp: @escaping @Sendable () -> String,
        report: @escaping @Sendable (any Error) -> Void,
        overrun: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.identity = identity
        self.clock = clock
        self.timings = timings
        self.jitter = jitter
        self.stamp = stamp
        self.report = report
        self.overrun = overrun
    }

    /// Waits for the lease and runs `work` under it. When `work` has ended the lease is released.
    ///
    /// - Throws: ``LostLease`` when the lease could not be kept; `work` has been cancelled at once, without grace.
    package func lead(_ work: @escaping @Sendable (Term<C>) async throws -> Void) async throws {
        let held = try await campaign()
        let transitions = held.stored.record.transitions
        let term = Term(transitions, clock: clock, limit: timings.renewDeadline, sentAt: held.sentAt)
        do {
            try await guarding(term) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await keep(held, term) }
                    group.addTask { try await work(term) }
                    group.addTask {
                        try await term.lost.wait()
                        throw LostLease()
                    }
                    defer { group.cancelAll() }
                    try await group.next()  // `keep` ends only by throwing
                }
            }
        } catch let error as LostLease {
            throw error  // not ours any more: nothing to release
        } catch {
            await release()
            throw error
        }
        await release()
    }

    /// Runs `body`; if the lease is lost, `body` has the rest of the lease to end in.
    private func guarding(_ term: Term<C>, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await body()
                return true
            }
            group.addTask {
                // A renewal may hang where no cancellation reaches it, in a file system for instance. A moment later
                // than the renewal's own limit, which usually ends it.
                while term.isHeld { try await clock.sleep(for: term.timeLeft + .milliseconds(1)) }
                term.end()
                return false
            }
            group.addTask {
                try await term.lost.wait()
                try await clock.sleep(for: timings.stoppingMargin)
                overrun()
                return false
            }
            defer { group.cancelAll() }
            while try await group.next() == false {}
        }
    }

    // MARK: Getting it

    private func campaign() async throws -> Held {
        var election = LeaseElection<C.Instant>(identity: identity)
        while true {
            do {
                if let held = try await attempt(&election) { return held }
            } catch {
                try Task.checkCancellation()
                report(error)  // for now it is as if somebody else had it
            }
            try await clock.sleep(for: timings.pause(jitter: jitter()))
        }
    }

    /// `nil`: somebody else has it.
    private func attempt(_ election: inout LeaseElection<C.Instant>) async throws -> Held? {
        guard let stored = try await read() else {
            return try await write(record(transitions: 0), over: nil)
        }
        election.observe(stored.record, at: clock.now)
        switch election.decide(now: clock.now) {
        case .wait: return nil
        case .takeOver(let transitions):
            return try await write(record(transitions: transitions), over: stored.version)
        case .renew(let transitions, let acquired):
            return try await write(record(transitions: transitions, acquired: acquired), over: stored.version)
        }
    }

    // MARK: Keeping it

    /// Renews until the task is cancelled. Gives up when `renewDeadline` has passed since the last renewal that worked
    /// was sent; what is left of the lease then is the time to stop in.
    private func keep(_ held: Held, _ term: Term<C>) async throws {
        var held = held
        // Before anything else happens: what asks the term must not act any more.
        defer { term.end() }
        while true {
            try await clock.sleep(for: min(timings.retryPeriod, try left(of: held)))
            let left = try left(of: held)
            let current = held
            do {
                held = try await withDeadline(left, clock: clock) { try await renew(current) }
                term.renewed(held.sentAt)
            } catch let error as LostLease {
                throw error
            } catch {
                try Task.checkCancellation()  // we are being stopped; or else the request failed: try again
                report(error)
            }
        }
    }

    private func left(of held: Held) throws(LostLease) -> Duration {
        let left = timings.renewDeadline - held.sentAt.duration(to: clock.now)
        guard left > .zero else { throw LostLease() }
        return left
    }

    /// First without reading, which is right nearly always; then with a look at what is there.
    private func renew(_ held: Held) async throws -> Held {
        let old = held.stored.record
        let fresh = record(transitions: old.transitions, acquired: old.acquireStamp)
        do {
            return try await write(fresh, over: held.stored.version)
        } catch {
            try Task.checkCancellation()
            report(error)
        }
        guard let stored = try await read() else { return try await write(fresh, over: nil) }
        guard stored.record.holder == identity else { throw LostLease() }
        return try await write(fresh, over: stored.version)
    }

    // MARK: Giving it back

    /// Best effort: if it fails, the others wait for the lease to run out.
    private func release() async {
        // A task of its own: ours may be cancelled, and releasing is what is left to do. A pod has 30 s to stop in.
        await Task {
            do {
                try await withDeadline(.seconds(5), clock: clock) { try await giveBack() }
            } catch {
                report(error)
            }
        }.value
    }

    /// A renewal that was cut off may still be under way and arrive between our reading and our writing.
    private func giveBack() async throws {
        let stamp = stamp()
        var failures = 0
        while let stored = try await store.read(), let released = stored.record.released(by: identity, stamp: stamp) {
            do {
                _ = try await store.write(released, over: stored.version)
                return
            } catch {
                failures += 1
                guard failures < 5 else { throw error }
            }
        }
    }

    // MARK: Requests, none of which may hang for ever

    /// A connection that hangs leaves time for a second try.
    private var requestLimit: Duration { timings.renewDeadline / 2 }

    /// - Parameter acquired: `nil`: now.
    private func record(transitions: Int, acquired: String? = nil) -> LeaseRecord {
        let now = stamp()
        return LeaseRecord(
            holder: identity,
            durationSeconds: Int(timings.lease / .seconds(1)),
            transitions: transitions,
            renewStamp: now,
            acquireStamp: acquired ?? now
        )
    }

    private func read() async throws -> StoredLease? {
        try await withDeadline(requestLimit, clock: clock) { try await store.read() }
    }

    private func write(_ record: LeaseRecord, over version: String?) async throws -> Held {
        let sentAt = clock.now
        let version = try await withDeadline(requestLimit, clock: clock) {
            try await store.write(record, over: version)
        }
        return Held(stored: StoredLease(record: record, version: version), sentAt: sentAt)
    }
}
