// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// A queue of keys: at most one task works on a key, and a key added while it is in hand is handed out once more.
///
/// A locked class and not an actor: `add` is called from C callbacks and from `onCancel`, which cannot wait.
package final class WorkQueue<Key: Hashable & Sendable, C: Clock<Duration>>: Sendable {
    private typealias Rules = WorkQueueState<Key, C.Instant>

    /// A worker that asked for a key. It has three states because the cancel may come before the continuation does.
    private enum Waiter: Sendable {
        case arriving
        case parked(CheckedContinuation<Key?, Never>)
        case cancelled
    }

    private struct State: Sendable {
        var rules = Rules()
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state: Locked<State>
    private let clock: C
    private let events: QueueEvents
    private let doorbell: AsyncStream<Void>
    private let doorbellButton: AsyncStream<Void>.Continuation

    package init(clock: C, events: QueueEvents = .none) {
        self.clock = clock
        self.events = events
        state = Locked(State())
        // One ring is enough: what is due is read from the state, not from the stream.
        (doorbell, doorbellButton) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Producing, from any thread

    /// As soon as a worker is free. A delay that the key has is dropped.
    package func add(_ key: Key, lane: Lane = .urgent) {
        events.added()
        perform { rules, now in rules.add(key, now: now, lane: lane) }
    }

    /// Not before a moment; of several moments the earliest counts.
    package func add(_ key: Key, after delay: Duration, lane: Lane = .background) {
        events.added()
        perform { rules, now in rules.add(key, notBefore: now.advanced(by: delay), now: now, lane: lane) }
    }

    /// Gives back what ``next()`` handed out.
    package func done(_ key: Key) {
        let now = clock.now
        if let since = state.withLock({ $0.rules.inFlight[key] }) { events.finished(since.duration(to: now)) }
        perform { rules, now in rules.done(key, now: now) }
    }

    /// Hands out nothing more. Keys in hand finish normally; everything queued is forgotten.
    package func shutDown() {
        let parked = state.withLock { state in
            state.rules.shutDown()
            let parked = state.waiters.values.compactMap { waiter -> CheckedContinuation<Key?, Never>? in
                if case .parked(let continuation) = waiter { continuation } else { nil }
            }
            for id in state.waiters.keys { state.waiters[id] = .arriving }
            return parked
        }
        for continuation in parked { continuation.resume(returning: nil) }
        doorbellButton.finish()
    }

    /// The age of the key that has been in hand the longest.
    package var oldestInFlight: Duration? {
        let now = clock.now
        return state.withLock { $0.rules.oldestInFlight }.map { $0.duration(to: now) }
    }

    /// For the metrics.
    package var snapshot: QueueSnapshot {
        let now = clock.now
        return state.withLock { state in
            QueueSnapshot(
                depth: [.urgent: state.rules.depth(.urgent), .background: state.rules.depth(.background)],
                waiting: state.rules.waiting.count,
                inHand: state.rules.inFlight.values.map { $0.duration(to: now) }
            )
        }
    }

    // MARK: Consuming

    /// The next key, or `nil` once the queue is shut down or the calling task is cancelled.
    package func next() async -> Key? {
        let id = state.withLock { state in
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = .arriving
            return state.nextWaiter
        }
        defer { state.withLock { _ = $0.waiters.removeValue(forKey: id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = clock.now
                let answer = state.withLock { state -> HandOut? in
                    if case .cancelled = state.waiters[id] { return HandOut(continuation) }
                    if state.rules.isShuttingDown { return HandOut(continuation) }
                    if let taken = state.rules.take(now: now) {
                        return HandOut(continuation, taken.key, waited: taken.since.duration(to: now))
                    }
                    state.waiters[id] = .parked(continuation)
                    return nil
                }
                answer?.perform(events)
            }
        } onCancel: {
            let parked = state.withLock { state -> CheckedContinuation<Key?, Never>? in
                guard let waiter = state.waiters[id] else { return nil }
                state.waiters[id] = .cancelled
                if case .parked(let continuation) = waiter { return continuation }
                return nil
            }
            parked?.resume(returning: nil)
        }
    }

    /// Drives delayed keys. Runs until the queue is shut down or the task is cancelled.
    package func runTimers() async {
        await withDiscardingTaskGroup { group in
            // The moments for which somebody sleeps, the earliest last. One that is not the earliest any more is kept:
            // arming it again when its turn comes would leave more and more sleepers behind a far moment.
            var armed: [C.Instant] = []
            // The task that iterates the doorbell is never cancelled by itself: that would finish the stream.
            for await _ in doorbell {
                let now = clock.now
                while let earliest = armed.last, earliest <= now { armed.removeLast() }
                let (handOuts, next) = state.withLock { state in
                    let fired = state.rules.fireTimers(now: now)
                    return ((0..<fired.wake).compactMap { _ in Self.handOff(&state, now) }, fired.next)
                }
                for handOut in handOuts { handOut.perform(events) }
                guard let next, armed.last.map({ next < $0 }) ?? true else { continue }
                armed.append(next)
                group.addTask { [clock, doorbellButton] in
                    try? await clock.sleep(until: next, tolerance: nil)  // cancelled or due: ring either way
                    doorbellButton.yield()
                }
            }
            group.cancelAll()
        }
    }

    // MARK: Deciding under the lock, acting outside it

    private func perform(_ decide: (inout Rules, C.Instant) -> Rules.Action) {
        let now = clock.now
        let (handOut, timersChanged) = state.withLock { state -> (HandOut?, Bool) in
            switch decide(&state.rules, now) {
            case .none: (nil, false)
            case .timersChanged: (nil, true)
            case .wakeWorker: (Self.handOff(&state, now), false)
            }
        }
        if timersChanged { doorbellButton.yield() }
        handOut?.perform(events)
    }

    /// What a worker gets, once the lock is free.
    private struct HandOut: Sendable {
        let continuation: CheckedContinuation<Key?, Never>
        /// `nil`: nothing more.
        let key: Key?
        let waited: Duration

        init(_ continuation: CheckedContinuation<Key?, Never>, _ key: Key? = nil, waited: Duration = .zero) {
            self.continuation = continuation
            self.key = key
            self.waited = waited
        }

        func perform(_ events: QueueEvents) {
            if key != nil { events.handedOut(waited) }
            continuation.resume(returning: key)
        }
    }

    /// Pairs the next key with the worker that has waited longest.
    private static func handOff(_ state: inout State, _ now: C.Instant) -> HandOut? {
        var oldest: (id: UInt64, continuation: CheckedContinuation<Key?, Never>)?
        for case (let id, .parked(let continuation)) in state.waiters where oldest.map({ id < $0.id }) ?? true {
            oldest = (id, continuation)
        }
        guard let oldest, let taken = state.rules.take(now: now) else { return nil }
        state.waiters[oldest.id] = .arriving
        return HandOut(oldest.continuation, taken.key, waited: taken.since.duration(to: now))
    }
}
