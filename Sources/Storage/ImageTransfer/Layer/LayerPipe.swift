// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Compression
internal import JSON

/// One layer on its way from the archive into the registry: the meeting point of the thread that reads it, the thread
/// that compresses it and the task that sends it.
///
/// Whoever fails calls ``fail(_:)``, and the others end with the same error instead of waiting for ever.
final class LayerPipe: Sendable {
    /// What is known once the last byte has passed.
    struct Result: Equatable, Sendable {
        /// Of the content.
        var diffID: Digest
        /// Of what the registry keeps; `nil` if the layer was only looked at.
        var descriptor: Descriptor?
        /// Of the file in the archive, if that is compressed.
        var file: Digest?
        var hasKittiwake: Bool

        /// What the registry got, with what was found in it; `nil` if the layer was only looked at.
        var sent: ImageTransferOutcome.Layer? {
            descriptor.map { .init(diffID: diffID, descriptor: annotated($0), wasThere: false) }
        }

        /// A blob with this content, with what was found in it.
        func annotated(_ blob: Descriptor) -> Descriptor {
            var blob = blob
            blob.annotations = StringMap([(KittiwakeSearch.annotation, "\(hasKittiwake)")])
            return blob
        }
    }

    private struct State: Sendable {
        var failure: (any Error)?
        var content: (diffID: Digest, file: Digest?, hasKittiwake: Bool)?
        var blob: Descriptor?
        /// Whoever sends has had everything.
        var isTaken = false
    }

    /// Where it lies in the archive.
    let path: String
    /// Of the file in the archive.
    let size: Int64
    /// Content to be compressed, in blocks of ``GzipWriter/blockSize``. Few wait: reading is twice as fast as
    /// compressing, and memory is what is short.
    let blocks = BytePipe(bound: 4)
    /// What the registry gets.
    let output = BytePipe(bound: 2)
    private let state = Locked(State())

    init(path: String, size: Int64) {
        (self.path, self.size) = (path, size)
    }

    /// Everything, if nothing is missing.
    var result: Result? {
        state.withLock { state in
            state.content.map { content in
                Result(
                    diffID: content.diffID,
                    descriptor: state.blob,
                    file: content.file,
                    hasKittiwake: content.hasKittiwake
                )
            }
        }
    }

    /// The first failure, which the others only follow.
    var failure: (any Error)? { state.withLock { $0.failure } }

    func fail(_ error: any Error) {
        let first = state.withLock { state in
            state.failure = state.failure ?? error
            return state.failure ?? error
        }
        blocks.finish(first)
        output.finish(first)
    }

    /// - Parameter file: the digest of the file in the archive, if that is compressed.
    func contentEnded(_ diffID: Digest, file: Digest?, hasKittiwake: Bool) {
        state.withLock { $0.content = (diffID, file, hasKittiwake) }
    }

    /// The last byte is in ``output``.
    func blobEnded(_ descriptor: Descriptor) {
        state.withLock { $0.blob = descriptor }
        output.finish()
    }

    /// The next piece for the registry, `nil` at the end.
    func nextToSend() async throws -> [UInt8]? {
        // Cancelled when the registry has refused the rest. What it says comes later, and is what those who compress and
        // read have to end with.
        let piece = try await output.next(endsWhenCancelled: false)
        if piece == nil { state.withLock { $0.isTaken = true } }
        return piece
    }

    /// Asked when the registry has answered with success.
    func sentDescriptor() throws -> Descriptor {
        if let failure { throw failure }
        // It may have done so, and closed, before it had all of the layer.
        guard let descriptor = state.withLock({ $0.isTaken ? $0.blob : nil }) else { throw unfinished }
        return descriptor
    }

    /// Why there is no result although nobody says that he has failed.
    var unfinished: ImageTransferError {
        ImageTransferError(.registryFailing, "the registry wanted no more of \(path) before all of it had been sent")
    }
}
