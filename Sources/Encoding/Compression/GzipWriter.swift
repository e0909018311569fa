// SPDX-License-Identifier: Apache-2.0

internal import CISAL

/// Makes one gzip stream out of blocks that are compressed each by itself.
///
/// The same blocks always give the same bytes, whatever was compressed before, so who cuts the same content at the same
/// places gets the same digest. A block loses a thousandth by not seeing the one before.
///
/// What does not compress is stored: most of a Java image is jars, which are compressed already. Telling so from a
/// sample costs a hundredth of trying, and storing is four times as fast.
package struct GzipWriter: ~Copyable {
    /// The size to cut content into. Larger blocks compress no better.
    package static let blockSize = 256 << 10
    /// So much is looked at and stored, or not, as one.
    private static let unit = 64 << 10
    /// RFC 1951: a stored block states its length in 16 bits.
    private static let largestStored = 0xffff

    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]  // deflate, no time, no system

    private let deflater: UnsafeMutableRawPointer
    private var checksum: UInt32 = 0
    private var size: UInt32 = 0  // gzip keeps the size modulo 2^32
    private var hasBegun = false

    /// - Parameter level: 0 to 3. Level 2 is as fast as 1 with real programs and texts, and a little smaller.
    package init(level: Int = 2) throws(CompressionError) {
        guard (0...3).contains(level), let deflater = isal_deflater_new(Int32(level)) else {
            throw CompressionError(message: "A deflater of level \(level) could not be made")
        }
        self.deflater = deflater
    }

    deinit { isal_deflater_free(deflater) }

    /// The part of the stream that stands for `block`, which follows those given before.
    package mutating func compress(_ block: UnsafeRawBufferPointer) -> [UInt8] {
        precondition(block.count <= 1 << 30, "the library counts in 32 bits")
        if let start = block.baseAddress {
            checksum = crc32_gzip_refl(checksum, start.assumingMemoryBound(to: UInt8.self), UInt64(block.count))
        }
        size &+= UInt32(block.count)
        let units = (block.count + Self.unit - 1) / Self.unit
        return [UInt8](
            unsafeUninitializedCapacity: Self.header.count + block.count + 10 * units
        ) { room, count in
            var room = Room(UnsafeMutableRawBufferPointer(room))
            if !hasBegun { Self.header.withUnsafeBytes { room.append($0) } }
            hasBegun = true
            var rest = block[...]
            while !rest.isEmpty {
                let stores = Self.isIncompressible(rest.prefix(Self.unit))
                var run = min(Self.unit, rest.count)
                while run < rest.count, Self.isIncompressible(rest.dropFirst(run).prefix(Self.unit)) == stores {
                    run = min(run + Self.unit, rest.count)
                }
                let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(run))
                if stores || !deflate(piece, into: &room) { Self.store(piece, into: &room) }
                rest = rest.dropFirst(run)
            }
            count = room.count
        }
    }

    /// The last part of the stream.
    package consuming func finish() -> [UInt8] {
        // An empty final block, the checksum and the size.
        let trailer = [checksum, size].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        return (hasBegun ? [] : Self.header) + [0x03, 0x00] + trailer
    }

    /// Memory that is filled from the front.
    private struct Room {
        let memory: UnsafeMutableRawBufferPointer
        var count = 0

        init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

        mutating func append(_ bytes: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
            count += bytes.count
        }
    }

    /// - Returns: `false` if it would take more than storing does.
    private func deflate(_ piece: UnsafeRawBufferPointer, into room: inout Room) -> Bool {
        guard let start = piece.baseAddress, let free = room.memory.baseAddress else { return false }
        let stored = piece.count + 5 * (piece.count / Self.largestStored + 1)
        let limit = min(stored, room.memory.count - room.count)
        let count = isal_deflate_piece(deflater, start, UInt32(piece.count), free + room.count, UInt32(limit))
        guard count >= 0 else { return false }
        room.count += count
        return true
    }

    private static func store(_ piece: UnsafeRawBufferPointer, into room: inout Room) {
        var rest = piece[...]
        while !rest.isEmpty {
            let part = rest.prefix(largestStored)
            let length = UInt16(part.count)
            let head = [0, UInt8(length & 0xff), UInt8(length >> 8), UInt8(~length & 0xff), UInt8(~length >> 8)]
            head.withUnsafeBytes { room.append($0) }
            room.append(UnsafeRawBufferPointer(rebasing: part))
            rest = rest.dropFirst(part.count)
        }
    }

    /// Whether the bytes are as evenly spread as those of compressed or encrypted content: the chance that two of them
    /// are equal is at most 6/5 of 1/256. Four of 61 are looked at: the distance is a prime number, so that no table's
    /// rows are always met at the same column.
    private static func isIncompressible(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard bytes.count >= 4096 else { return false }
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            var index = 0
            var samples: UInt64 = 0
            while index + 4 <= bytes.count {
                let four = bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)
                counts[Int(four & 0xff)] += 1
                counts[Int(four >> 8 & 0xff)] += 1
                counts[Int(four >> 16 & 0xff)] += 1
                counts[Int(four >> 24)] += 1
                samples += 4
                index += 61
            }
            let squares = counts.reduce(UInt64(0)) { $0 + UInt64($1) * UInt64($1) }
            // Without the pairs of a byte with itself, which would weigh the more the fewer there are.
            return (squares - samples) * 256 * 5 <= samples * samples * 6
        }
    }
}
