// SPDX-License-Identifier: Apache-2.0

/// Reads a tar from front to back, in pieces of any size, and keeps nothing but what it is in the middle of.
package struct TarScanner: Sendable {
    /// What is found, in order. Each entry's content comes in pieces, and every entry has an end.
    package enum Event {
        case entry(TarEntry)
        /// Only valid during the call.
        case content(UnsafeRawBufferPointer)
        case endOfEntry
        case end
    }

    private enum Phase: Sendable {
        case header
        case metadata(size: Int)
        case content(left: Int64, padding: Int64)
        case skip(left: Int64)
        case end
    }

    private var state: TarState
    private var phase = Phase.header
    /// The part of a header or of metadata that has come.
    private var gathered: [UInt8] = []

    /// - Parameter mostHeaders: see ``TarState``.
    package init(mostHeaders: Int = .max) { state = TarState(mostHeaders: mostHeaders) }

    /// Whether a tar could begin so: with a header, or with the zeros of an empty one.
    package static func mayBegin(with bytes: [UInt8]) -> Bool {
        guard bytes.count >= TarHeader.blockSize else { return false }
        return bytes.withUnsafeBytes { bytes in
            let block = UnsafeRawBufferPointer(rebasing: bytes.prefix(TarHeader.blockSize))
            return block.allSatisfy { $0 == 0 } || TarHeader.hasChecksum(block)
        }
    }

    /// Whether the archive may end here: at its end, or between entries, as some writers leave out the last two blocks.
    package var isComplete: Bool {
        switch phase {
        case .end: true
        case .header: gathered.isEmpty
        case .skip(let left): left == 0
        case .metadata, .content: false
        }
    }

    /// Takes the next bytes and tells `sink` what they mean. What follows the end is ignored.
    ///
    /// - Throws: ``ArchiveError``, and what `sink` throws. After that the scanner is of no more use.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer, to sink: (Event) throws -> Void) throws {
        var rest = bytes[...]
        while true {
            switch phase {
            case .end: return
            case .header:
                guard let block = gather(TarHeader.blockSize, &rest) else { return }
                try follow(try block.withUnsafeBytes { try state.header($0) }, sink)
            case .metadata(let size):
                guard let text = gather(size, &rest) else { return }
                try text.withUnsafeBytes { try state.metadata($0) }
                phase = .skip(left: try TarState.padded(Int64(size)) - Int64(size))
            case .content(let left, let padding):
                let piece = rest.prefix(Int(clamping: left))
                if !piece.isEmpty { try sink(.content(UnsafeRawBufferPointer(rebasing: piece))) }
                rest = rest.dropFirst(piece.count)
                phase = .content(left: left - Int64(piece.count), padding: padding)
                if piece.count < left { return }
                try sink(.endOfEntry)
                phase = .skip(left: padding)
            case .skip(let left):
                let count = min(left, Int64(rest.count))
                rest = rest.dropFirst(Int(count))
                phase = .skip(left: left - count)
                if count < left { return }
                phase = .header
            }
        }
    }

    private mutating func follow(_ step: TarState.Step, _ sink: (Event) throws -> Void) throws {
        switch step {
        case .entry(let entry):
            try sink(.entry(entry))
            phase = .content(left: entry.size, padding: try TarState.padded(entry.size) - entry.size)
        case .metadata(let size): phase = .metadata(size: size)
        case .skip(let size): phase = .skip(left: try TarState.padded(size))
        case .end:
            try sink(.end)
            phase = .end
        }
    }

    /// So many bytes together, once they are there.
    private mutating func gather(_ count: Int, _ rest: inout Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        let piece = rest.prefix(count - gathered.count)
        gathered.append(contentsOf: piece)
        rest = rest.dropFirst(piece.count)
        guard gathered.count == count else { return nil }
        defer { gathered.removeAll() }
        return gathered
    }
}
