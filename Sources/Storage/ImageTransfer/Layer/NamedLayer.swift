// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Compression
internal import Dispatch

/// A layer of an archive that is read from front to back. Its name may be a digest, as in OCI layouts and in what newer
/// versions of `docker save` write: then the registry is asked for it before it is read.
///
/// The meeting point of the thread that reads and the task that asks.
final class NamedLayer: Sendable {
    let pipe: LayerPipe
    /// What its name says: the digest of the file. `nil` if it says nothing.
    private let name: Digest?
    /// How the file is compressed.
    private let format: CompressionFormat?
    private let answer = Locked<Result<Descriptor?, any Error>?>(nil)
    /// Rung once, by the first answer.
    private let bell = DispatchSemaphore(value: 0)

    init(path: String, size: Int64, _ format: CompressionFormat?) {
        pipe = LayerPipe(path: path, size: size)
        self.format = format
        let parts = path.split(separator: "/").suffix(3)
        let isBlob = parts.dropLast().elementsEqual(["blobs", "sha256"])
        name = isBlob ? parts.last.flatMap { Digest(hex: $0) } : nil
    }

    /// The blob that the registry has of it; `nil` if it has to be sent. Blocks until there is an ``answer(_:)``. For the
    /// one who reads.
    func awaitAnswer() throws -> Descriptor? {
        bell.wait()
        return try answer.withLock { $0 }?.get() ?? nil
    }

    /// The first one counts; with an error if nobody will ask any more.
    func answer(_ answer: Result<Descriptor?, any Error>) {
        let isFirst = self.answer.withLock { first in
            defer { first = first ?? answer }
            return first == nil
        }
        if isFirst { bell.signal() }
    }

    /// Whoever works on it ends with this error.
    func fail(_ error: any Error) {
        pipe.fail(error)
        answer(.failure(error))
    }

    /// Asks the registry, which knows a layer that is compressed already by the digest of the file. Of any other it has to
    /// be known which blob has its content.
    func find(in registry: Registry, _ known: KnownLayers) async throws -> Descriptor? {
        guard let name else { return nil }
        let candidate: Descriptor?
        switch format {
        case .gzip: candidate = Descriptor(type: MediaType.gzipLayer, digest: name, size: pipe.size)
        case .zstd: candidate = Descriptor(type: MediaType.zstdLayer, digest: name, size: pipe.size)
        case nil: candidate = known[name]
        }
        guard let candidate, try await registry.isSeen(candidate) else { return nil }
        return candidate
    }

    /// What the registry has of it, by what it contains; `nil` if it was sent. Asked when all of it has been read.
    ///
    /// - Throws: ``ImageTransferError`` if its name is not what it is.
    func blobThatWasThere() throws -> ImageTransferOutcome.Layer? {
        guard let blob = try answer.withLock({ $0 })?.get() ?? nil, let result = pipe.result else { return nil }
        guard (result.file ?? result.diffID) == name else {
            throw ImageTransferError(.digestMismatch, "the content of \(pipe.path) is not what its name says")
        }
        return .init(diffID: result.diffID, descriptor: result.annotated(blob), wasThere: true)
    }
}
