// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// A queue of keys: at most one task works on a key, and a key added while it is in hand is handed out once more.
///
/// A locked class and not an actor: `add` is called from C callbacks and from `onCancel`, which cannot wait.
package final class WorkQueue<Key: Hashable & Sendable, C: Clock<Duration>>: Sendable {
    private typealias Rules = WorkQueueState<Key, C.Instant>

    /// A key for a worker, and how long the key has waited for one.
    private struct HandOut: Sendable {
        let key: Key
        let waited: Duration
    }

    private typealias HandOff = (worker: CheckedContinuation<HandOut?, Never>, HandOut)

    private struct State: Sendable {
        var rules = Rules()
        /// Workers that asked for a key. The answer `nil`: there is nothing more.
        var idle = Waiters<HandOut?>()

        mutating func take(_ now: C.Instant) -> HandOut? {
            rules.take(now: now).map { HandOut(key: $0.key, waited: $0.since.duration(to: now)) }
        }

        /// Pairs the next key with the worker that has waited longest.
        mutating func handOff(_ now: C.Instant) -> HandOff? {
            guard idle.count > 0, let handOut = take(now), let worker = idle.takeFirst() else { return nil }
            return (worker, handOut)
        }
    }

    private let state: Locked<State>
    private let clock: C
    private let events: QueueEvents
    private let doorbell: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    package init(clock: C, events: QueueEvents = .none) {
        self.clock = clock
        self.events = events
        state = Locked(State())
        // One ring is enough: what is due is read from the state, not from the stream.
        (doorbell, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: Producing, from any thread

    /// As soon as a worker is free. A delay that the key has is dropped.
    package func add(_ key: Key, priority: Priority = .urgent) {
        events.added()
        perform { rules, now in rules.add(key, now: now, priority: priority) }
    }

    /// Not before a moment; of several moments the earliest counts.
    package func add(_ key: Key, after delay: Duration, priority: Priority = .background) {
        events.added()
        perform { rules, now in rules.add(key, notBefore: now.advanced(by: delay), now: now, priority: priority) }
    }

    /// Gives back what ``next()`` handed out.
    package func done(_ key: Key) {
        let now = clock.now
        if let since = state.withLock({ $0.rules.inFlight[key] }) { events.finished(since.duration(to: now)) }
        perform { rules, now in rules.done(key, now: now) }
    }

    /// Hands out nothing more. Keys in hand finish normally; everything queued is forgotten.
    package func shutDown() {
        let idle = state.withLock { state in
            state.rules.shutDown()
            return state.idle.takeAll()
        }
        for worker in idle { worker.resume(returning: nil) }
        bell.finish()
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
        let handOut = await state.wait(in: \.idle, cancelled: nil) { state -> HandOut?? in
            if state.rules.isShuttingDown { return .some(nil) }
            return state.take(clock.now).map { .some($0) }
        }
        if let handOut { events.handedOut(handOut.waited) }
        return handOut?.key
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
                    return ((0..<fired.wake).compactMap { _ in state.handOff(now) }, fired.next)
                }
                for (worker, handOut) in handOuts { worker.resume(returning: handOut) }
                guard let next, armed.last.map({ next < $0 }) ?? true else { continue }
                armed.append(next)
                group.addTask { [clock, bell] in
                    // A clock may wake a moment early; rung then, nothing would be due and nobody would sleep any more.
                    while clock.now < next, !Task.isCancelled { try? await clock.sleep(until: next, tolerance: nil) }
                    bell.yield()  // cancelled or due
                }
            }
            group.cancelAll()
        }
    }

    // MARK: Deciding under the lock, acting outside it

    private func perform(_ decide: (inout Rules, C.Instant) -> Rules.Action) {
        let now = clock.now
        let (handOff, timersChanged) = state.withLock { state -> (HandOff?, Bool) in
            switch decide(&state.rules, now) {
            case .none: (nil, false)
            case .timersChanged: (nil, true)
            case .wakeWorker: (state.handOff(now), false)
            }
        }
        if timersChanged { bell.yield() }
        if let (worker, handOut) = handOff { worker.resume(returning: handOut) }
    }
}
