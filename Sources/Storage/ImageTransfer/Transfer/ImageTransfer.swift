// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression
package import HTTPClient
internal import ObjectStorage

/// Brings images from archives into registries: no disk, and no more memory for 10 GB than for 10 MB.
///
/// A plain tar that can be read anywhere is not read from front to back: its headers tell where its manifest lies, the
/// manifest and the registry tell which layers are missing, and only those are read, several at once. Everything else
/// is read once, as it comes. Both ways give the same image, byte for byte.
///
/// Nothing is visible in the registry before all of it is there and has been checked.
package struct ImageTransfer: Sendable {
    private let client: HTTPClient
    private let limits: Registry.Limits
    private let deadline: TransferDeadline
    private let sent: SentLayers

    /// - Parameter sent: shared by all transfers of a process, so that they need not do again what others have done.
    package init(
        _ client: HTTPClient,
        limits: Registry.Limits = Registry.Limits(),
        deadline: TransferDeadline = TransferDeadline(),
        sent: SentLayers = SentLayers()
    ) {
        self.client = client
        self.limits = limits
        self.deadline = deadline
        self.sent = sent
    }

    /// Does it. Cancelling the task ends it; what was not finished is not visible. Layers that have arrived are not read
    /// again by the next call with the same ``SentLayers``.
    ///
    /// - Parameters:
    ///   - previous: if the source and the image in the registry are still those, nothing is read.
    ///   - progress: called from any thread, about once for each megabyte; must not block.
    /// - Throws: ``ImageTransferError`` or `StorageError`, which say what to do; `CancellationError`.
    package func transfer(
        _ job: ImageTransferJob,
        previous: ImageTransferJob.Previous? = nil,
        progress: @escaping @Sendable (ImageTransferProgress) -> Void = { _ in }
    ) async throws -> ImageTransferOutcome {
        guard job.target.digest == nil else {
            throw ImageTransferError(
                .invalidReference,
                "\(job.target) names a digest, which only the content can decide",
                advice: "name a tag"
            )
        }
        let registry = Registry(client, job.target, job.access, limits: limits)
        let meter = TransferMeter(progress)
        do {
            let bytes = try await job.source.open()
            if let previous, previous.version == bytes.version, try await isWhole(previous.digest, registry) {
                return ImageTransferOutcome(
                    digest: previous.digest,
                    version: bytes.version,
                    size: bytes.size,
                    containsKittiwake: previous.containsKittiwake,
                    wasUnchanged: true
                )
            }
            if let size = bytes.size, size > Self.largestArchive {
                throw ImageTransferError(.archiveTooLarge, "it has \(ByteCount(size)), which no image has")
            }
            meter.begin(.reading)
            return try await within(deadline.limit(for: bytes.size), "transferring it") {
                let parts = try await readLayers(job, bytes, registry, previous, meter)
                meter.begin(.completing)
                let digest = try await parts.complete(in: registry, job.target)
                return outcome(parts, digest, bytes, meter)
            }
        } catch let error as ArchiveError {
            throw Self.explained(error, job.source)
        } catch let error as CompressionError {
            throw ImageTransferError(.archiveInvalid, "\(job.source): \(error.message)", advice: Self.again)
        } catch let error as ImageTransferError where error.isAboutArchive {
            throw ImageTransferError(error.code, "\(job.source): \(error.message)", advice: error.advice)
        }
    }

    private func isWhole(_ image: Digest, _ registry: Registry) async throws -> Bool {
        try await within(deadline.listing, "looking whether the registry has all of the image") {
            try await registry.isWhole(image)
        }
    }

    private func readLayers(
        _ job: ImageTransferJob,
        _ bytes: any OpenBytes,
        _ registry: Registry,
        _ previous: ImageTransferJob.Previous?,
        _ meter: TransferMeter
    ) async throws -> TransferredImage {
        if bytes.size == 0 { throw ArchiveError(.notATar, "it is empty") }
        if let size = bytes.size, bytes.isRandomAccess {
            let listing: ArchiveListing? = try await within(deadline.listing, "finding out what is in it") {
                var walk = ArchiveWalk(bytes, size: size)
                let prefix = try await walk.prefix(Int64(CompressionFormat.prefixSize))
                guard CompressionFormat(prefix: prefix) == nil else { return nil }
                return try await walk.list()
            }
            if let listing {
                let ranged = RangedTransfer(job: job, bytes: bytes, registry: registry, meter: meter, sent: sent)
                return try await ranged.run(listing, previous?.digest)
            }
        }
        meter.expect(bytes.size)
        let sequential = SequentialTransfer(job: job, bytes: bytes, registry: registry, meter: meter, sent: sent)
        return try await sequential.run(previous?.digest)
    }

    /// Cancels what takes longer, and waits for its end.
    private func within<Value: Sendable>(
        _ limit: Duration,
        _ what: String,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await withDeadline(limit, clock: ContinuousClock(), body)
        } catch is DeadlineExceeded {
            throw ImageTransferError(
                .tooSlow,
                "\(what) took longer than its limit of \(limit)",
                advice: "check the store, the registry and the network between them"
            )
        }
    }

    private func outcome(
        _ parts: TransferredImage,
        _ digest: Digest,
        _ bytes: any OpenBytes,
        _ meter: TransferMeter
    ) -> ImageTransferOutcome {
        let counts = meter.progress
        return ImageTransferOutcome(
            digest: digest,
            version: bytes.version,
            size: bytes.size,
            bytesRead: counts.bytesRead,
            bytesSent: counts.bytesSent,
            layers: parts.layers,
            containsKittiwake: parts.containsKittiwake
        )
    }

    /// A hundred times the largest images that are about. What a store states is only a number until it has been read:
    /// positions are added up without a fear of overflows below this.
    private static let largestArchive: Int64 = 1 << 40

    private static let again = "upload the archive again, whole"

    private static func explained(_ error: ArchiveError, _ source: any ByteSource) -> ImageTransferError {
        switch error.code {
        case .notATar:
            ImageTransferError(
                .archiveInvalid,
                "\(source): this is not a tar archive: \(error)",
                advice: "name an archive made by docker save, or an OCI layout in a tar"
            )
        case .truncated:
            ImageTransferError(.archiveInvalid, "\(source): the archive is cut off: \(error)", advice: again)
        case .damaged: ImageTransferError(.archiveInvalid, "\(source): the archive is damaged: \(error)", advice: again)
        case .tooLarge: ImageTransferError(.archiveTooLarge, "\(source): \(error)", advice: again)
        }
    }
}

extension ImageTransferError {
    /// Then the message does not say which archive.
    fileprivate var isAboutArchive: Bool {
        switch code {
        case .archiveInvalid, .archiveTooLarge, .manifestMissing, .severalImages, .imageNotInArchive, .platformMissing,
            .digestMismatch, .tooSlow:
            true
        case .registryDigestMismatch, .registryUnauthorized, .registryForbidden, .registryUnreachable,
            .registryOutOfSpace,
            .registryThrottled, .registryFailing, .registryRefused, .imageNotFound, .invalidReference, .invalidSettings:
            false
        }
    }
}
