// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Reads what a task puts into a pipe.
final class PipeReader: BlockingReader {
    private struct Piece: Sendable {
        var bytes: [UInt8] = []
        var start = 0
    }

    let pipe: BytePipe
    private let piece = Locked(Piece())

    init(_ pipe: BytePipe) { self.pipe = pipe }

    func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
        if room.isEmpty { return 0 }
        while piece.withLock({ $0.start == $0.bytes.count }) {
            guard let next = try pipe.nextBlocking() else { return 0 }
            piece.withLock { $0 = Piece(bytes: next) }
        }
        let target = Target(room: room)
        return piece.withLock { piece in
            let count = min(target.room.count, piece.bytes.count - piece.start)
            piece.bytes.withUnsafeBytes { bytes in
                target.room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[piece.start..<piece.start + count]))
            }
            piece.start += count
            return count
        }
    }

    func stop(_ error: any Error) { pipe.finish(error) }

    /// `@unchecked`: the memory is the caller's for the time of the call.
    private struct Target: @unchecked Sendable {
        let room: UnsafeMutableRawBufferPointer
    }
}
