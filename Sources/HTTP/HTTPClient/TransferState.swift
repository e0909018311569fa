// SPDX-License-Identifier: Apache-2.0

/// The rules of a transfer: what to keep, when to pause, whom to wake. Resumes nothing itself.
struct TransferState: Sendable {
    /// Above this the peer is kept waiting, in either direction.
    static var high: Int { 256 << 10 }
    /// Below this the producer of the body is asked for more.
    static var low: Int { 64 << 10 }

    typealias Reader = CheckedContinuation<[UInt8]?, any Error>
    typealias Writer = CheckedContinuation<Bool, Never>
    typealias HeadWaiter = CheckedContinuation<ResponseHead, any Error>

    enum Fill: Equatable {
        case bytes(Int)
        case pause
        case abort
    }

    // Small structs and not labelled tuples: the compiler of Swift 6.0 crashes on a labelled tuple that comes out of
    // `withLock`.

    struct Reading {
        /// `nil`: the reader is parked.
        var answer: Result<[UInt8]?, any Error>?
        /// A paused transfer has to be taken up again.
        var resumesReceiving = false
    }

    struct Receiving {
        /// `false`: there is no room, the library has to keep the bytes.
        var isTaken: Bool
        /// Gets the bytes directly, past the buffer.
        var reader: Reader?
    }

    struct Enqueueing {
        /// `nil`: the producer is parked until there is room. `false`: nobody wants more.
        var answer: Bool?
        var resumesSending = false
    }

    struct Filling {
        var fill: Fill
        var writer: Writer?
    }

    /// How the transfer ended; `nil` while it runs.
    private(set) var end: Result<Void, any Error>?

    private var headWaiter: HeadWaiter?

    private var chunks: [[UInt8]] = []
    private var buffered = 0
    private var isReceivingPaused = false
    private var reader: Reader?

    private var pending: [[UInt8]] = []
    private var pendingOffset = 0
    private var pendingBytes = 0
    private var isSendingPaused = false
    private var writer: Writer?
    private var uploadEnd: Result<Void, any Error>?
    private var isUploadAbandoned = false

    // MARK: Head

    /// The error if it is too late to wait: the cancel may have come before the start.
    mutating func waitForHead(_ continuation: HeadWaiter) -> (any Error)? {
        switch end {
        case .failure(let failure)?: return failure
        case .success?: return HTTPError(.transfer(0), "The transfer has ended")
        case nil:
            headWaiter = continuation
            return nil
        }
    }

    mutating func takeHeadWaiter() -> HeadWaiter? {
        defer { headWaiter = nil }
        return headWaiter
    }

    // MARK: Receiving

    mutating func read(_ continuation: Reader) -> Reading {
        if !chunks.isEmpty {
            var bytes = chunks.removeFirst()
            bytes.reserveCapacity(buffered)
            for chunk in chunks { bytes += chunk }
            chunks.removeAll(keepingCapacity: true)
            buffered = 0
            defer { isReceivingPaused = false }
            return Reading(answer: .success(bytes), resumesReceiving: isReceivingPaused)
        }
        switch end {
        case .failure(let failure)?: return Reading(answer: .failure(failure))
        case .success?: return Reading(answer: .success(nil))
        case nil:
            reader = continuation
            return Reading()
        }
    }

    mutating func received(_ bytes: UnsafeRawBufferPointer) -> Receiving {
        if let reader {
            self.reader = nil
            return Receiving(isTaken: true, reader: reader)
        }
        guard buffered < Self.high else {
            isReceivingPaused = true
            return Receiving(isTaken: false)
        }
        chunks.append(Array(bytes))
        buffered += bytes.count
        return Receiving(isTaken: true)
    }

    // MARK: Sending

    mutating func enqueue(_ chunk: [UInt8], _ continuation: Writer) -> Enqueueing {
        guard end == nil, !isUploadAbandoned else { return Enqueueing(answer: false) }
        pending.append(chunk)
        pendingBytes += chunk.count
        let resumesSending = takeSendingPause()
        if pendingBytes < Self.high { return Enqueueing(answer: true, resumesSending: resumesSending) }
        writer = continuation
        return Enqueueing(resumesSending: resumesSending)
    }

    /// The producer is being cancelled: it is not asked for more, and it may be waiting.
    mutating func abandonUpload() -> Writer? {
        isUploadAbandoned = true
        defer { writer = nil }
        return writer
    }

    /// Whether a paused transfer has to be taken up again, to see the end of the body.
    mutating func finishUpload(_ failure: (any Error)?) -> Bool {
        uploadEnd = failure.map { .failure($0) } ?? .success(())
        return takeSendingPause()
    }

    mutating func fill(_ room: UnsafeMutableRawBufferPointer) -> Filling {
        guard let chunk = pending.first else {
            switch uploadEnd {
            case .success?: return Filling(fill: .bytes(0))
            case .failure?: return Filling(fill: .abort)
            case nil:
                isSendingPaused = true
                return Filling(fill: .pause)
            }
        }
        let count = min(room.count, chunk.count - pendingOffset)
        chunk.withUnsafeBytes { bytes in
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[pendingOffset..<pendingOffset + count]))
        }
        pendingOffset += count
        pendingBytes -= count
        if pendingOffset == chunk.count {
            pending.removeFirst()
            pendingOffset = 0
        }
        guard pendingBytes < Self.low else { return Filling(fill: .bytes(count)) }
        defer { writer = nil }
        return Filling(fill: .bytes(count), writer: writer)
    }

    private mutating func takeSendingPause() -> Bool {
        defer { isSendingPaused = false }
        return isSendingPaused
    }

    // MARK: The end

    struct Waiting {
        var head: HeadWaiter?
        var reader: Reader?
        var writer: Writer?
        var failure: (any Error)?
    }

    /// Everybody who waits, and why it ended. A body that could not be produced is the cause, not its consequence.
    mutating func finish(_ failure: (any Error)?) -> Waiting {
        guard end == nil else { return Waiting() }
        var failure = failure
        if case .failure(let cause)? = uploadEnd { failure = cause }
        end = failure.map { .failure($0) } ?? .success(())
        defer { (headWaiter, reader, writer) = (nil, nil, nil) }
        return Waiting(head: headWaiter, reader: reader, writer: writer, failure: failure)
    }
}
