// SPDX-License-Identifier: Apache-2.0

import Basics
import ObjectStorage
import TestStorage

/// A stream that goes on with zeros for 4 GiB, for whoever reads so long. Takes no memory.
final class LongArchive: ByteSource, OpenBytes {
    private static let size: Int64 = 4 << 30

    private let beginning: [UInt8]
    private let position = Locked<Int64>(0)
    /// The zeros have been reached.
    let isBeingRead = Latch()

    init(_ write: (inout TarWriter) -> Void) {
        var tar = TarWriter()
        write(&tar)
        beginning = tar.bytes
    }

    /// All of it has been read.
    var hasEnded: Bool { position.withLock { $0 } >= Self.size }

    var description: String { "a long archive" }
    var size: Int64? { nil }
    var version: String? { nil }
    var isRandomAccess: Bool { false }

    func open() -> any OpenBytes { self }

    func read(_ range: Range<Int64>) throws -> [UInt8] { throw MemorySource.Broken() }

    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value {
        try await body(Reader(self))
    }

    private final class Reader: BlockingReader {
        private let archive: LongArchive
        private let stopped = Locked<(any Error)?>(nil)

        init(_ archive: LongArchive) { self.archive = archive }

        func stop(_ error: any Error) { stopped.withLock { $0 = $0 ?? error } }

        func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
            if let error = stopped.withLock({ $0 }) { throw error }
            let start = archive.position.withLock { $0 }
            let rest = archive.beginning.dropFirst(Int(start))
            let count: Int
            if rest.isEmpty {
                archive.isBeingRead.open()
                count = Int(min(Int64(room.count), LongArchive.size - start))
                UnsafeMutableRawBufferPointer(rebasing: room[..<count]).initializeMemory(as: UInt8.self, repeating: 0)
            } else {
                count = min(room.count, rest.count)
                room.copyBytes(from: rest.prefix(count))
            }
            archive.position.withLock { $0 += Int64(count) }
            return count
        }
    }
}
