// SPDX-License-Identifier: Apache-2.0

/// Tasks that wait for an answer, for use under the lock of whatever they wait for: ``Locked/wait(in:cancelled:_:)``.
package struct Waiters<Answer: Sendable>: Sendable {
    /// Three states, because the cancel may come before the continuation does.
    private enum Waiter: Sendable {
        case arriving
        case parked(CheckedContinuation<Answer, Never>)
        case cancelled
    }

    private var waiters: [UInt64: Waiter] = [:]
    private var lastID: UInt64 = 0

    package init() {}

    /// How many wait.
    package var count: Int {
        waiters.values.count { waiter in if case .parked = waiter { true } else { false } }
    }

    /// Who has waited longest, if anybody waits. It is the caller's to resume, once the lock is free.
    package mutating func takeFirst() -> CheckedContinuation<Answer, Never>? {
        var first: (id: UInt64, continuation: CheckedContinuation<Answer, Never>)?
        for case (let id, .parked(let continuation)) in waiters where first.map({ id < $0.id }) ?? true {
            first = (id, continuation)
        }
        // It has its answer: a cancel that comes now is too late.
        if let first { waiters[first.id] = .arriving }
        return first?.continuation
    }

    /// All who wait. They are the caller's to resume, once the lock is free.
    package mutating func takeAll() -> [CheckedContinuation<Answer, Never>] {
        var all: [CheckedContinuation<Answer, Never>] = []
        for case (let id, .parked(let continuation)) in waiters {
            waiters[id] = .arriving
            all.append(continuation)
        }
        return all
    }

    fileprivate mutating func arrive() -> UInt64 {
        lastID += 1
        waiters[lastID] = .arriving
        return lastID
    }

    fileprivate mutating func leave(_ id: UInt64) { waiters[id] = nil }

    fileprivate mutating func park(_ id: UInt64, _ continuation: CheckedContinuation<Answer, Never>) {
        waiters[id] = .parked(continuation)
    }

    fileprivate mutating func cancel(_ id: UInt64) -> CheckedContinuation<Answer, Never>? {
        guard let waiter = waiters[id] else { return nil }
        waiters[id] = .cancelled
        if case .parked(let continuation) = waiter { return continuation }
        return nil
    }

    fileprivate func isCancelled(_ id: UInt64) -> Bool {
        if case .cancelled = waiters[id] { true } else { false }
    }
}

extension Locked where Value: Sendable {
    /// What `answer` says; or, if that is `nil`, what the waiter is resumed with by whoever takes it out of the waiters.
    ///
    /// - Parameters:
    ///   - waiters: where the value keeps those who wait.
    ///   - cancelled: the answer for a task that is cancelled, before or while it waits.
    ///   - answer: asked once, under the lock, and not of a task that is cancelled already.
    package func wait<Answer: Sendable>(
        in waiters: any WritableKeyPath<Value, Waiters<Answer>> & Sendable,
        cancelled: Answer,
        _ answer: (inout Value) -> Answer?
    ) async -> Answer {
        let id = withLock { $0[keyPath: waiters].arrive() }
        defer { withLock { $0[keyPath: waiters].leave(id) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known = withLock { value -> Answer? in
                    if value[keyPath: waiters].isCancelled(id) { return cancelled }
                    if let known = answer(&value) { return known }
                    value[keyPath: waiters].park(id, continuation)
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            withLock { $0[keyPath: waiters].cancel(id) }?.resume(returning: cancelled)
        }
    }
}
