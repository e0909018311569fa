// SPDX-License-Identifier: Apache-2.0

internal import CISAL

/// Data that cannot be compressed, or that is damaged or larger than it may be.
package struct CompressionError: Error, Equatable, Sendable {
    package var message: String
}

/// Compresses a stream piece by piece.
///
/// ISA-L has levels 0 to 3. Level 1 is six times as fast as zlib's level 1, and its output is three percent larger.
package struct Deflater: ~Copyable {
    /// What stands around the deflated data.
    package enum Format: Sendable {
        case gzip
        /// Without header and checksum, as Avro wants it.
        case raw
    }

    private let stream: UnsafeMutableRawPointer
    private let room: UnsafeMutableRawBufferPointer

    package init(_ format: Format, level: Int = 1) throws(CompressionError) {
        guard (0...3).contains(level), let stream = isal_deflater_new(Int32(level), format == .gzip ? 1 : 0) else {
            throw CompressionError(message: "A deflater of level \(level) could not be made")
        }
        self.stream = stream
        room = .allocate(byteCount: 256 << 10, alignment: 64)
    }

    deinit {
        isal_deflater_free(stream)
        room.deallocate()
    }

    /// Compresses `bytes` and gives what is ready to `sink`. The last piece may be empty.
    package mutating func compress(
        _ bytes: UnsafeRawBufferPointer,
        isLast: Bool = false,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        precondition(bytes.count <= 1 << 30, "the library counts in 32 bits")
        isal_deflater_feed(stream, bytes.baseAddress, UInt32(bytes.count), isLast ? 1 : 0)
        repeat {
            guard let start = room.baseAddress else { return }
            let count = isal_deflater_run(stream, start, UInt32(room.count))
            guard count >= 0 else { throw CompressionError(message: "Deflating failed") }
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: room[..<count])) }
        } while isal_deflater_has_more(stream) != 0
    }

    /// All at once.
    package static func deflate(_ bytes: [UInt8], level: Int = 1) throws -> [UInt8] {
        var deflater = try Deflater(.raw, level: level)
        var output: [UInt8] = []
        try bytes.withUnsafeBytes { try deflater.compress($0, isLast: true) { output.append(contentsOf: $0) } }
        return output
    }
}

/// Raw deflate, all at once.
package enum Inflater {
    /// Inflates raw deflate, up to `limit` bytes: a small block can stand for a very large one.
    package static func inflate(
        _ bytes: UnsafeRawBufferPointer,
        upTo limit: Int
    ) throws(CompressionError) -> [UInt8] {
        guard bytes.count <= UInt32.max else { throw CompressionError(message: "The library counts in 32 bits") }
        guard let state = isal_inflater_new() else { throw CompressionError(message: "Out of memory") }
        defer { isal_inflater_free(state) }
        isal_inflater_feed(state, bytes.baseAddress, UInt32(bytes.count))
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { room.deallocate() }
        var output: [UInt8] = []
        while isal_inflater_is_finished(state) == 0 {
            guard let start = room.baseAddress else { break }
            let count = isal_inflater_run(state, start, UInt32(room.count))
            guard count > 0 || isal_inflater_is_finished(state) != 0 else {
                throw CompressionError(message: "The compressed data is damaged or cut off")
            }
            guard output.count + count <= limit else {
                throw CompressionError(message: "The data is larger than \(limit) bytes")
            }
            output.append(contentsOf: room[..<count])
        }
        return output
    }
}
