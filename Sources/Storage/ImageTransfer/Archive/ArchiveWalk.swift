// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import ObjectStorage

/// Finds out what is in a plain tar by reading its headers only: a few kilobytes of many gigabytes.
struct ArchiveWalk {
    /// What is read at a time. Small entries lie close together, and a request to a store costs more than a few blocks.
    private static let windowSize: Int64 = 64 << 10

    private let bytes: any OpenBytes
    private let size: Int64
    private var state = TarState(mostHeaders: ArchiveListing.mostHeaders)
    private var window: [UInt8] = []
    private var windowStart: Int64 = 0

    init(_ bytes: any OpenBytes, size: Int64) {
        self.bytes = bytes
        self.size = size
    }

    /// The beginning, for a look at what kind of file it is.
    mutating func prefix(_ count: Int64) async throws -> [UInt8] { try await read(0..<min(count, size)) }

    mutating func list() async throws -> ArchiveListing {
        var listing = ArchiveListing()
        var position: Int64 = 0
        // Some writers leave out the blocks at the end; then the archive ends with its last entry.
        while position < size {
            let header = try await read(position..<position + 512)
            position += 512
            switch try header.withUnsafeBytes({ try state.header($0) }) {
            case .entry(let entry):
                try listing.add(entry, offset: position)
                guard entry.size <= size - position else { throw Self.truncated }
                position += try TarState.padded(entry.size)
            case .metadata(let count):
                let text = try await read(position..<position + Int64(count))
                try text.withUnsafeBytes { try state.metadata($0) }
                position += try TarState.padded(Int64(count))
            case .skip(let count):
                let padded = try TarState.padded(count)
                guard padded <= size - position else { throw Self.truncated }
                position += padded
            case .end: return listing
            }
        }
        return listing
    }

    private static let truncated = ArchiveError(.truncated, "it ends in the middle of an entry")

    private mutating func read(_ range: Range<Int64>) async throws -> [UInt8] {
        guard range.upperBound <= size else { throw Self.truncated }
        if range.lowerBound < windowStart || range.upperBound > windowStart + Int64(window.count) {
            let end = max(range.upperBound, min(range.lowerBound + Self.windowSize, size))
            window = try await bytes.read(range.lowerBound..<end)
            windowStart = range.lowerBound
        }
        let start = Int(range.lowerBound - windowStart)
        return Array(window[start..<start + range.count])
    }
}
