// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

/// Bytes on their way between tasks and threads that block, with a bound.
///
/// Either end may be a task or a thread: ``put(_:)`` and ``next()`` wait without blocking, ``putBlocking(_:)`` and
/// ``nextBlocking()`` block. One producer, one consumer.
package final class BytePipe: Sendable {
    /// The other end has given up.
    package struct Closed: Error {}

    private struct State: Sendable {
        var chunks: [[UInt8]] = []
        var end: Result<Void, any Error>?
        var consumer: CheckedContinuation<[UInt8]?, any Error>?
        var producer: CheckedContinuation<Void, any Error>?
        var isConsumerBlocked = false
        var isProducerBlocked = false
    }

    private enum Step {
        case chunk([UInt8])
        case end
        case failure(any Error)
        case wait
    }

    private let bound: Int
    private let state = Locked(State())
    // One for each end: on a shared one, an end that has just gone to sleep takes the ring that was meant for the other.
    private let producerBell = DispatchSemaphore(value: 0)
    private let consumerBell = DispatchSemaphore(value: 0)

    /// - Parameter bound: how many chunks may wait. Whoever found it full goes on when half of them have been taken.
    package init(bound: Int = 16) { self.bound = bound }

    // MARK: Putting

    /// Adds a chunk; waits without blocking while the pipe is full.
    ///
    /// - Throws: the error that ended the pipe, or ``Closed``.
    package func put(_ chunk: [UInt8]) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let answer = offer(chunk, orPark: continuation) { continuation.resume(with: answer) }
            }
        } onCancel: {
            finish(CancellationError())
        }
    }

    /// Adds a chunk; blocks the calling thread while the pipe is full.
    ///
    /// - Throws: the error that ended the pipe, or ``Closed``.
    package func putBlocking(_ chunk: [UInt8]) throws {
        if let answer = offer(chunk, orPark: nil) { return try answer.get() }
        producerBell.wait()
        // Somebody made room, or nobody ever will.
        switch state.withLock({ $0.end }) {
        case nil: return
        case .success?: throw Closed()
        case .failure(let failure)?: throw failure
        }
    }

    /// No more comes; with an error if it should have.
    package func finish(_ failure: (any Error)? = nil) {
        let (consumer, producer, ringsConsumer, ringsProducer) = state.withLock { state in
            if state.end == nil { state.end = failure.map { .failure($0) } ?? .success(()) }
            let (ringsConsumer, ringsProducer) = (state.isConsumerBlocked, state.isProducerBlocked)
            (state.isConsumerBlocked, state.isProducerBlocked) = (false, false)
            defer { (state.consumer, state.producer) = (nil, nil) }
            return (state.consumer, state.producer, ringsConsumer, ringsProducer)
        }
        if let failure { consumer?.resume(throwing: failure) } else { consumer?.resume(returning: nil) }
        producer?.resume(throwing: failure ?? Closed())
        if ringsConsumer { consumerBell.signal() }
        if ringsProducer { producerBell.signal() }
    }

    /// `nil`: there is no room. The chunk is taken all the same, so the bound may be passed by one.
    private func offer(
        _ chunk: [UInt8],
        orPark continuation: CheckedContinuation<Void, any Error>?
    ) -> Result<Void, any Error>? {
        let (answer, consumer, rings) = state.withLock {
            state -> (Result<Void, any Error>?, CheckedContinuation<[UInt8]?, any Error>?, Bool) in
            if case .failure(let failure)? = state.end { return (.failure(failure), nil, false) }
            if state.end != nil { return (.failure(Closed()), nil, false) }
            if let consumer = state.consumer {
                state.consumer = nil
                return (.success(()), consumer, false)
            }
            state.chunks.append(chunk)
            let rings = state.isConsumerBlocked
            state.isConsumerBlocked = false
            if state.chunks.count < bound { return (.success(()), nil, rings) }
            if let continuation { state.producer = continuation } else { state.isProducerBlocked = true }
            return (nil, nil, rings)
        }
        consumer?.resume(returning: chunk)
        if rings { consumerBell.signal() }
        return answer
    }

    // MARK: Taking

    /// The next chunk, `nil` at the end; waits without blocking.
    ///
    /// - Parameter endsWhenCancelled: otherwise cancelling ends the wait only. Somebody else knows why no more is taken,
    ///   and the producer should hear that, by ``finish(_:)``, and not that somebody was cancelled.
    package func next(endsWhenCancelled: Bool = true) async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch take(orPark: continuation) {
                case .chunk(let chunk): continuation.resume(returning: chunk)
                case .end: continuation.resume(returning: nil)
                case .failure(let failure): continuation.resume(throwing: failure)
                case .wait: break
                }
            }
        } onCancel: {
            if endsWhenCancelled { return finish(CancellationError()) }
            let consumer = state.withLock { state in
                defer { state.consumer = nil }
                return state.consumer
            }
            consumer?.resume(throwing: CancellationError())
        }
    }

    /// The next chunk, `nil` at the end; blocks the calling thread until there is one.
    package func nextBlocking() throws -> [UInt8]? {
        while true {
            switch take(orPark: nil) {
            case .chunk(let chunk): return chunk
            case .end: return nil
            case .failure(let failure): throw failure
            case .wait: consumerBell.wait()
            }
        }
    }

    private func take(orPark continuation: CheckedContinuation<[UInt8]?, any Error>?) -> Step {
        let (step, producer, rings) = state.withLock {
            state -> (Step, CheckedContinuation<Void, any Error>?, Bool) in
            if case .failure(let failure)? = state.end { return (.failure(failure), nil, false) }
            if !state.chunks.isEmpty {
                let chunk = state.chunks.removeFirst()
                // Waking somebody for each chunk costs more than the chunk does.
                guard state.chunks.count <= bound / 2 else { return (.chunk(chunk), nil, false) }
                let rings = state.isProducerBlocked
                state.isProducerBlocked = false
                defer { state.producer = nil }
                return (.chunk(chunk), state.producer, rings)
            }
            if state.end != nil { return (.end, nil, false) }
            // The cancel may have come before there was anybody to wake.
            if continuation != nil, Task.isCancelled { return (.failure(CancellationError()), nil, false) }
            if let continuation { state.consumer = continuation } else { state.isConsumerBlocked = true }
            return (.wait, nil, false)
        }
        producer?.resume()
        if rings { producerBell.signal() }
        return step
    }
}
