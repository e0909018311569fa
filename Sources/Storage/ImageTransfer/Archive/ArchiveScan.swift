// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression

/// Sorts an archive's content while it comes by: documents are kept, layers are handed on, the rest is forgotten. Blocks
/// while a layer cannot be handed on.
struct ArchiveScan: ~Copyable {
    /// What is known at the end.
    struct Contents: Sendable {
        var listing = ArchiveListing()
        /// By path.
        var documents: [String: [UInt8]] = [:]
    }

    private let sorter: Sorter
    private var scanner = TarScanner(mostHeaders: ArchiveListing.mostHeaders)
    private var decompressor: Decompressor?
    private var hasBegun = false

    /// Gives what reads a layer, when the first bytes of it are there; `format` is `nil` for one that is not compressed.
    /// Throws when no more are wanted.
    typealias OnLayer = (_ path: String, _ size: Int64, _ format: CompressionFormat?) throws -> LayerReader

    init(onLayer: @escaping OnLayer) { sorter = Sorter(onLayer) }

    /// Takes the next bytes of the file.
    mutating func feed(_ bytes: [UInt8]) throws {
        if !hasBegun, let format = CompressionFormat(prefix: bytes.prefix(CompressionFormat.prefixSize)) {
            decompressor = try Decompressor(format)
        }
        hasBegun = true
        try bytes.withUnsafeBytes { bytes in
            guard decompressor != nil else { return try scanner.feed(bytes, to: sorter.take) }
            try decompressor?.feed(bytes) { try scanner.feed($0, to: sorter.take) }
        }
    }

    /// The file has ended.
    consuming func finish() throws -> Contents {
        guard hasBegun else { throw ArchiveError(.notATar, "it is empty") }
        guard decompressor?.isComplete != false, scanner.isComplete else {
            throw ArchiveError(.truncated, "it ends in the middle of an entry")
        }
        return sorter.contents
    }
}

/// Decides by an entry's first bytes what it is: names are only names, and the manifest may come last.
private final class Sorter {
    private enum Entry {
        case ignored
        /// Too few bytes have come to tell.
        case unknown(path: String, size: Int64, [UInt8])
        case document(path: String, [UInt8])
        case layer(LayerReader)
    }

    /// As long as a tar's header: more than anything else needs.
    private static let enough = 512
    /// Of all documents together.
    private static let mostDocuments: Int64 = 8 << 20

    private let onLayer: ArchiveScan.OnLayer
    private var entry = Entry.ignored
    /// A block of the layer's that is not full yet.
    private var block: [UInt8] = []
    private var documentBytes: Int64 = 0
    private(set) var contents = ArchiveScan.Contents()

    init(_ onLayer: @escaping ArchiveScan.OnLayer) { self.onLayer = onLayer }

    func take(_ event: TarScanner.Event) throws {
        switch event {
        case .entry(let found):
            try contents.listing.add(found, offset: nil)
            guard found.kind == .file, found.size > 0, let path = found.path else { return entry = .ignored }
            entry = .unknown(path: path, size: found.size, [])
        case .content(let bytes): try take(bytes)
        case .endOfEntry: try endEntry()
        case .end: break
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws {
        switch entry {
        case .ignored: break
        case .unknown(let path, let size, var beginning):
            let needed = min(Int64(Self.enough), size) - Int64(beginning.count)
            let part = bytes.prefix(Int(needed))
            beginning.append(contentsOf: part)
            if part.count < needed { return entry = .unknown(path: path, size: size, beginning) }
            entry = try begin(path, size, beginning)
            try beginning.withUnsafeBytes { try take($0) }
            try take(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(part.count)))
        case .document(let path, var content):
            entry = .ignored  // there must not be two owners of the array while it grows
            content.append(contentsOf: bytes)
            entry = .document(path: path, content)
        case .layer(let reader): try pass(bytes, to: reader)
        }
    }

    private func begin(_ path: String, _ size: Int64, _ beginning: [UInt8]) throws -> Entry {
        let format = CompressionFormat(prefix: beginning)
        if format != nil || TarScanner.mayBegin(with: beginning) {
            block.reserveCapacity(GzipWriter.blockSize)
            return .layer(try onLayer(path, size, format))
        }
        let first = beginning.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), size <= ImageInArchive.largestDocument else {
            return .ignored
        }
        documentBytes += size
        guard documentBytes <= Self.mostDocuments else {
            throw ImageTransferError(
                .archiveTooLarge,
                "its JSON documents have more than \(ByteCount(Self.mostDocuments)) together, which no image needs"
            )
        }
        return .document(path: path, [])
    }

    private func pass(_ bytes: UnsafeRawBufferPointer, to reader: LayerReader) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(GzipWriter.blockSize - block.count)
            block.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            guard block.count == GzipWriter.blockSize else { return }
            let full = block
            block = []
            block.reserveCapacity(GzipWriter.blockSize)
            try reader.take(full)
        }
    }

    private func endEntry() throws {
        switch entry {
        case .ignored, .unknown: break
        case .document(let path, let content): contents.documents[path] = content
        case .layer(let reader):
            if !block.isEmpty { try reader.take(block) }
            block = []
            try reader.finish()
        }
        entry = .ignored
    }
}
