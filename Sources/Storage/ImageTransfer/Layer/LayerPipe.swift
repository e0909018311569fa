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

    /// Asked when the last byte has been sent.
    func sentDescriptor() throws -> Descriptor {
        if let failure { throw failure }
        // A registry may answer with success, and close, before it has all of the layer.
        guard let descriptor = state.withLock({ $0.blob }) else { throw unfinished }
        return descriptor
    }

    /// Why there is no result although nobody says that he has failed.
    var unfinished: ImageTransferError {
        ImageTransferError(.registryFailing, "the registry wanted no more of \(path) before all of it had been sent")
    }
}
