// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import ObjectStorage

/// An archive in memory, as a file that can be read anywhere or as a stream that comes once.
package final class MemorySource: ByteSource, OpenBytes {
    /// What it throws where it is told to.
    package struct Broken: Error, Equatable { package init() {} }

    private let bytes: [UInt8]
    private let pieceSize: Int
    private let failsAt: Int64
    private let taken = Locked<Int64>(0)
    package let isRandomAccess: Bool
    package let version: String?

    /// - Parameters:
    ///   - pieceSize: of what is given at a time; by itself one that fits nothing.
    ///   - failsAt: the byte that cannot be read.
    package init(
        _ bytes: [UInt8],
        isStream: Bool = false,
        version: String? = nil,
        pieceSize: Int = 10_007,
        failsAt: Int64 = .max
    ) {
        self.bytes = bytes
        self.pieceSize = pieceSize
        self.failsAt = failsAt
        self.version = version
        isRandomAccess = !isStream
    }

    package var description: String { "the archive" }
    package var size: Int64? { isRandomAccess ? Int64(bytes.count) : nil }
    /// Of all readers together.
    package var bytesTaken: Int64 { taken.withLock { $0 } }

    package func open() -> any OpenBytes { self }

    package func read(_ range: Range<Int64>) throws -> [UInt8] {
        guard range.upperBound <= bytes.count, range.upperBound <= failsAt else { throw Broken() }
        taken.withLock { $0 += Int64(range.count) }
        return Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    package func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value {
        try await body(Reader(self, range ?? 0..<Int64(bytes.count)))
    }

    private final class Reader: BlockingReader {
        private let source: MemorySource
        private let rest: Locked<Range<Int64>>
        private let stopped = Locked<(any Error)?>(nil)

        init(_ source: MemorySource, _ range: Range<Int64>) {
            self.source = source
            rest = Locked(range)
        }

        func stop(_ error: any Error) { stopped.withLock { $0 = $0 ?? error } }

        func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
            if let error = stopped.withLock({ $0 }) { throw error }
            let range = rest.withLock { $0 }
            let count = min(room.count, range.count, source.pieceSize)
            let part = range.lowerBound..<range.lowerBound + Int64(count)
            room.copyBytes(from: try source.read(part))
            rest.withLock { $0 = part.upperBound..<range.upperBound }
            return count
        }
    }
}
