// SPDX-License-Identifier: Apache-2.0

/// One block of 512 bytes in front of an entry, as POSIX (ustar, pax), GNU and the seventh edition of Unix write it.
///
/// Reads what it needs and believes nothing: the checksum has to be right, and numbers have to be numbers.
struct TarHeader {
    static let blockSize = 512

    var name: String
    var linkTarget: String
    var size: Int64
    var mode: Int
    /// The type of the entry, one character; zero counts as a file.
    var type: UInt8

    /// - Parameter block: exactly one block, which is not all zero.
    init(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard Self.hasChecksum(block) else { throw ArchiveError(.notATar, "a header has a wrong checksum") }
        type = block[156]
        let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isPOSIX ? Self.text(block[345..<500]) : ""
        let last = Self.text(block[0..<100])
        name = prefix.isEmpty ? last : "\(prefix)/\(last)"
        linkTarget = Self.text(block[157..<257])
        guard let size = Self.number(block[124..<136]), size >= 0 else {
            throw ArchiveError(.damaged, "the size of \"\(name.prefix(200))\" is malformed")
        }
        self.size = size
        mode = Int(truncatingIfNeeded: Self.number(block[100..<108]) ?? 0) & 0o7777
    }

    /// Whether the block could be the beginning of a tar.
    static func hasChecksum(_ block: UnsafeRawBufferPointer) -> Bool {
        guard block.count == blockSize, let stated = number(block[148..<156]) else { return false }
        var sum: Int64 = 0
        var signed: Int64 = 0  // as very old writers counted
        for (index, byte) in block.enumerated() {
            let counted = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            sum += Int64(counted)
            signed += Int64(Int8(bitPattern: counted))
        }
        return stated == sum || stated == signed
    }

    private static func text(_ field: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or a binary number in the way of GNU: the first bit set, big-endian, two's complement.
    private static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // Below the mark, the first byte's seventh bit is the sign.
            let isNegative = first & 0x40 != 0
            var value: Int64 = isNegative ? -1 : 0
            for (index, byte) in field.enumerated() {
                let digit = index == 0 ? (isNegative ? byte | 0x80 : byte & 0x7f) : byte
                let shifted = value << 8
                guard shifted >> 8 == value else { return nil }
                value = shifted | Int64(digit)
            }
            return value
        }
        var value: Int64 = 0
        let digits = field.drop { $0 == UInt8(ascii: " ") }
        for byte in digits {
            if byte == 0 || byte == UInt8(ascii: " ") { break }
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
            value = value << 3 | Int64(byte - UInt8(ascii: "0"))  // 12 digits at most: 36 bits
        }
        return value
    }
}
