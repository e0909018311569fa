// SPDX-License-Identifier: Apache-2.0

internal import CISAL
internal import CZstd

/// How a stream is compressed, as its first bytes tell.
package enum CompressionFormat: Equatable, Sendable {
    case gzip
    case zstd

    /// So many bytes are enough to tell.
    package static let prefixSize = 4

    /// `nil` if it is neither.
    package init?(prefix: some Collection<UInt8>) {
        if prefix.starts(with: [0x1f, 0x8b]) {
            self = .gzip
        } else if prefix.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            self = .zstd
        } else {
            return nil
        }
    }
}

/// Decompresses a stream piece by piece, also one that is put together from several.
///
/// A small stream may stand for a huge one: what it gives is bounded by ``Limits``.
package struct Decompressor: ~Copyable {
    /// How much a stream may stand for.
    package struct Limits: Sendable {
        /// So much in any case: an image may well have a file of a few gigabytes of zeros, and they take seconds.
        package var always: Int64 = 4 << 30
        /// Beyond that, so many times its own size. Programs and texts compress two to five times, logs perhaps twenty.
        package var ratio: Int64 = 200
        /// The memory a zstd stream may ask for, as a power of two. `zstd -19` wants 23, and no other level of the program
        /// more than 25 without `--ultra` or `--long`.
        package var window = 25

        package init() {}

        /// - Parameter window: see ``window``.
        package init(window: Int) { self.window = window }
    }

    private enum Stream {
        case gzip(UnsafeMutableRawPointer)
        case zstd(OpaquePointer)
    }

    private let limits: Limits
    private let stream: Stream
    private let room: UnsafeMutableRawBufferPointer
    private var taken: Int64 = 0
    private var given: Int64 = 0
    /// Between two streams, where the whole may end.
    private var isBetween = false

    package init(_ format: CompressionFormat, _ limits: Limits = Limits()) throws(CompressionError) {
        switch format {
        case .gzip:
            guard let state = isal_gunzipper_new() else { throw CompressionError(message: "Out of memory") }
            stream = .gzip(state)
        case .zstd:
            guard let state = ZSTD_createDStream() else { throw CompressionError(message: "Out of memory") }
            ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, Int32(clamping: limits.window))
            stream = .zstd(state)
        }
        self.limits = limits
        room = .allocate(byteCount: 256 << 10, alignment: 64)
    }

    deinit {
        switch stream {
        case .gzip(let state): isal_inflater_free(state)
        case .zstd(let state): ZSTD_freeDStream(state)
        }
        room.deallocate()
    }

    /// Whether the stream may end here. If not, it is cut off.
    package var isComplete: Bool { isBetween }

    /// Takes the next bytes and gives what they stand for to `sink`, in pieces that are valid during the call.
    ///
    /// - Throws: ``CompressionError``, and what `sink` throws. After that the decompressor is of no more use.
    package mutating func feed(
        _ bytes: UnsafeRawBufferPointer,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !bytes.isEmpty else { return }
        precondition(bytes.count <= 1 << 30, "the library counts in 32 bits")
        taken += Int64(bytes.count)
        switch stream {
        case .gzip(let state): try inflate(state, bytes, sink)
        case .zstd(let state): try decompress(state, bytes, sink)
        }
    }

    private mutating func inflate(
        _ state: UnsafeMutableRawPointer,
        _ bytes: UnsafeRawBufferPointer,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let start = room.baseAddress else { return }
        isal_inflater_feed(state, bytes.baseAddress, UInt32(bytes.count))
        while true {
            if isal_inflater_is_finished(state) != 0 {
                isBetween = true
                let left = bytes.suffix(Int(isal_inflater_left(state)))
                if left.allSatisfy({ $0 == 0 }) { return }  // nothing, or the padding of a tape
                isal_gunzipper_restart(state)
            }
            isBetween = false
            let before = isal_inflater_left(state)
            let count = isal_inflater_run(state, start, UInt32(room.count))
            let isStuck = count == 0 && before > 0 && isal_inflater_left(state) == before
            guard count >= 0, !isStuck else { throw CompressionError(message: "The gzip data is damaged") }
            try give(count, sink)
            if count < room.count, isal_inflater_is_finished(state) == 0, isal_inflater_left(state) == 0 { return }
        }
    }

    private mutating func decompress(
        _ state: OpaquePointer,
        _ bytes: UnsafeRawBufferPointer,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            var piece = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            let result = ZSTD_decompressStream(state, &piece, &input)
            guard ZSTD_isError(result) == 0 else {
                if ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge {
                    throw CompressionError(
                        message: "The zstd data needs a window of more than 2^\(limits.window) bytes: "
                            + "compress it with --long=\(limits.window) or less"
                    )
                }
                throw CompressionError(
                    message: "The zstd data cannot be read: \(String(cString: ZSTD_getErrorName(result)))"
                )
            }
            isBetween = result == 0
            try give(piece.pos, sink)
            // At the end of a frame nothing is held back, and one more call would begin the next frame.
            if input.pos == input.size, isBetween || piece.pos < piece.size { return }
        }
    }

    private mutating func give(_ count: Int, _ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        given += Int64(count)
        guard given <= max(limits.always, taken * limits.ratio) else {
            throw CompressionError(message: "The data decompresses to more than \(limits.ratio) times its size")
        }
        if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: room[..<count])) }
    }
}
