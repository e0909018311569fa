// SPDX-License-Identifier: Apache-2.0

/// The rules of the queue, without threads, clocks or continuations.
///
/// Invariants: a key is in at most one of `queued` and `waiting`; a key in `inFlight` is never in `queued`, it is
/// remembered in `dirty` instead.
struct WorkQueueState<Key: Hashable & Sendable, Instant: InstantProtocol>: Sendable
where Instant.Duration == Duration {
    enum Action: Equatable {
        case none
        case wakeWorker
        case timersChanged
    }

    /// After this many urgent keys in a row a background key is served, so that background work never starves.
    static var urgentRun: Int { 8 }

    private var urgent = Fifo<Key>()
    private var background = Fifo<Key>()
    private var urgentStreak = 0
    private var queued: [Key: (priority: Priority, since: Instant)] = [:]
    private var dirty: [Key: Priority] = [:]
    private(set) var inFlight: [Key: Instant] = [:]
    private(set) var waiting = TimerHeap<Key, Priority, Instant>()
    private(set) var isShuttingDown = false

    /// When the key that has been in hand the longest was handed out: the metric that shows a hung reconcile.
    var oldestInFlight: Instant? { inFlight.values.min() }

    mutating func add(_ key: Key, now: Instant, priority: Priority = .urgent) -> Action {
        guard !isShuttingDown else { return .none }
        waiting.remove(key)
        return enqueue(key, priority, now)
    }

    mutating func add(_ key: Key, notBefore deadline: Instant, now: Instant, priority: Priority = .background) -> Action
    {
        guard !isShuttingDown else { return .none }
        if deadline <= now { return add(key, now: now, priority: priority) }
        if queued[key] != nil || dirty[key] != nil { return .none }  // already sooner than that
        if let existing = waiting.deadline(of: key), existing <= deadline { return .none }
        waiting.set(key, at: deadline, priority)
        return .timersChanged
    }

    /// Moves due keys to where their priority has its keys; says how many workers to wake and when to come back.
    mutating func fireTimers(now: Instant) -> (wake: Int, next: Instant?) {
        var wake = 0
        while let (key, priority) = waiting.popDue(at: now) {
            if enqueue(key, priority, now) == .wakeWorker { wake += 1 }
        }
        return (wake, waiting.earliest())
    }

    /// The next key, and since when it has been waiting for a worker.
    mutating func take(now: Instant) -> (key: Key, since: Instant)? {
        guard !isShuttingDown, let key = nextQueued() else { return nil }
        let since = queued.removeValue(forKey: key)?.since ?? now
        inFlight[key] = now
        return (key, since)
    }

    mutating func done(_ key: Key, now: Instant) -> Action {
        inFlight[key] = nil
        guard let priority = dirty.removeValue(forKey: key) else { return .none }
        return enqueue(key, priority, now)
    }

    /// How many keys of a priority wait for a worker.
    func depth(_ priority: Priority) -> Int { queued.values.count { $0.priority == priority } }

    /// From here on nothing is handed out. Keys in flight finish and call `done`; what waits is forgotten, because
    /// the first list after a restart brings every key back.
    mutating func shutDown() { isShuttingDown = true }

    private mutating func enqueue(_ key: Key, _ priority: Priority, _ now: Instant) -> Action {
        guard !isShuttingDown else { return .none }
        if inFlight[key] != nil {
            if dirty[key] != .urgent { dirty[key] = priority }
            return .none
        }
        switch queued[key]?.priority {
        case .urgent: return .none
        case .background where priority == .background: return .none
        case .background:
            // Promoted. Its old place in the background queue is stale now and is skipped by `nextQueued`.
            queued[key]?.priority = .urgent
            urgent.append(key)
            return .none
        case nil:
            queued[key] = (priority, now)
            if priority == .urgent { urgent.append(key) } else { background.append(key) }
            return .wakeWorker
        }
    }

    private mutating func nextQueued() -> Key? {
        if urgentStreak >= Self.urgentRun, let key = pop(.background) {
            urgentStreak = 0
            return key
        }
        if let key = pop(.urgent) {
            urgentStreak += 1
            return key
        }
        urgentStreak = 0
        return pop(.background)
    }

    private mutating func pop(_ priority: Priority) -> Key? {
        while let key = priority == .urgent ? urgent.popFirst() : background.popFirst() {
            if queued[key]?.priority == priority { return key }
        }
        return nil
    }
}

/// First in, first out, without moving the elements at every step.
private struct Fifo<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var head = 0

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        head += 1
        if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}
