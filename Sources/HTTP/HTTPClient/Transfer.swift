// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// One request and its answer: the meeting point of the caller's task and the engine's thread.
///
/// Everything both sides touch is in `state`. What belongs to libcurl is in ``TransferHandle`` and is touched on the
/// engine's thread only.
final class Transfer: Sendable {
    let request: HTTPRequest
    private let engine: Engine
    private let state = Locked(TransferState())

    init(_ request: HTTPRequest, _ engine: Engine) {
        self.request = request
        self.engine = engine
    }

    func cancel() {
        if !hasEnded { engine.post(.cancel(self)) }
    }

    // MARK: The caller's side

    func response() async throws -> HTTPResponse {
        let head = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let failure = state.withLock({ $0.waitForHead(continuation) }) {
                    continuation.resume(throwing: failure)
                } else {
                    engine.post(.start(self))
                }
            }
        } onCancel: {
            cancel()
        }
        return HTTPResponse(status: head.status, headers: head.headers, body: HTTPBody(self))
    }

    func nextChunk() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let reading = state.withLock { $0.read(continuation) }
                if reading.resumesReceiving { engine.post(.unpause(self)) }
                if let answer = reading.answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Feeds the body until it ends, waiting for room. Runs as a child of the task that waits for the answer.
    func upload() async {
        guard case .stream(_, let produce) = request.body else { return }
        do {
            while let chunk = try await produce() {
                guard !chunk.isEmpty else { continue }
                if await !enqueue(chunk) { return }
            }
            if state.withLock({ $0.finishUpload(nil) }) { engine.post(.unpause(self)) }
        } catch {
            // Cancelled: by the caller, who ends the transfer too, or because the server has answered without waiting
            // for the end of the body. Then the answer counts.
            if Task.isCancelled { return }
            if state.withLock({ $0.finishUpload(error) }) { engine.post(.unpause(self)) }
        }
    }

    /// `false` once nobody wants more.
    private func enqueue(_ chunk: [UInt8]) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let enqueueing = state.withLock { $0.enqueue(chunk, continuation) }
                if enqueueing.resumesSending { engine.post(.unpause(self)) }
                if let answer = enqueueing.answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.abandonUpload() }?.resume(returning: false)
        }
    }

    // MARK: The engine's side

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    func headArrived(_ head: ResponseHead) { state.withLock { $0.takeHeadWaiter() }?.resume(returning: head) }

    /// `false`: there is no room, the library has to keep the bytes and wait.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let receiving = state.withLock { $0.received(bytes) }
        receiving.reader?.resume(returning: Array(bytes))
        return receiving.isTaken
    }

    func fill(_ room: UnsafeMutableRawBufferPointer) -> TransferState.Fill {
        let filling = state.withLock { $0.fill(room) }
        filling.writer?.resume(returning: true)
        return filling.fill
    }

    func ended(_ failure: (any Error)?) {
        let waiting = state.withLock { $0.finish(failure) }
        let error = waiting.failure ?? HTTPError(.transfer(0), "The connection ended before an answer came")
        waiting.head?.resume(throwing: error)
        waiting.writer?.resume(returning: false)
        if let failure = waiting.failure {
            waiting.reader?.resume(throwing: failure)
        } else {
            waiting.reader?.resume(returning: nil)
        }
    }
}

struct ResponseHead: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
}
