// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression
internal import Crypto

/// The first half of a layer's way: takes its bytes as they lie in the archive, hashes what they contain, looks for
/// `kittiwake`, and hands them on: plain content to be compressed, compressed content to be sent as it is. Blocks.
///
/// What is compressed already is decompressed here all the same, only to be hashed: so every layer is what the image's
/// configuration says, whoever wrote the archive.
final class LayerReader {
    /// What becomes of the bytes.
    enum Purpose: Sendable {
        case send
        /// The registry has the layer; nobody has looked into it yet.
        case look
    }

    private let pipe: LayerPipe
    private let purpose: Purpose
    private let limits: Decompressor.Limits
    private var content: SHA256? = SHA256()
    private var search = KittiwakeSearch()
    private var compressed: CompressedReader?
    private var hasBegun = false

    /// - Parameter limits: of a layer that is compressed.
    init(_ pipe: LayerPipe, _ purpose: Purpose, _ limits: Decompressor.Limits = Decompressor.Limits()) {
        self.pipe = pipe
        self.purpose = purpose
        self.limits = limits
    }

    /// Takes the next block. All but the last have ``GzipWriter/blockSize`` bytes: the same content has to be cut at the
    /// same places to give the same digest.
    func take(_ block: [UInt8]) throws {
        if !hasBegun, let format = CompressionFormat(prefix: block.prefix(CompressionFormat.prefixSize)) {
            compressed = try CompressedReader(format, limits)
        }
        hasBegun = true
        guard let compressed else {
            block.withUnsafeBytes { see($0) }
            if purpose == .send { try pipe.blocks.putBlocking(block) }
            return
        }
        try compressed.take(block) { see($0) }
        if purpose == .send { try pipe.output.putBlocking(block) }
    }

    /// The last block has been taken.
    func finish() throws {
        guard let diffID = content.take()?.finish() else { return }
        let descriptor = try compressed?.finish()
        pipe.contentEnded(Digest(hash: diffID), file: descriptor?.digest, hasKittiwake: search.hasFound)
        if purpose == .send, let descriptor { pipe.blobEnded(descriptor) }
        pipe.blocks.finish()
    }

    private func see(_ bytes: UnsafeRawBufferPointer) {
        content?.update(bytes)
        search.feed(bytes)
    }
}

/// Of a layer that goes into the registry as it is.
private final class CompressedReader {
    private let format: CompressionFormat
    private var decompressor: Decompressor
    private var hash: SHA256? = SHA256()
    private var size: Int64 = 0

    init(_ format: CompressionFormat, _ limits: Decompressor.Limits) throws {
        self.format = format
        decompressor = try Decompressor(format, limits)
    }

    func take(_ block: [UInt8], _ see: (UnsafeRawBufferPointer) -> Void) throws {
        hash?.update(block)
        size += Int64(block.count)
        try block.withUnsafeBytes { try decompressor.feed($0, to: see) }
    }

    func finish() throws -> Descriptor? {
        guard decompressor.isComplete else { throw ArchiveError(.truncated, "a compressed layer ends too early") }
        let type = format == .gzip ? MediaType.gzipLayer : MediaType.zstdLayer
        guard let hash = hash.take()?.finish() else { return nil }
        return Descriptor(type: type, digest: Digest(hash: hash), size: size)
    }
}
