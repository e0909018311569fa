// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression
internal import Crypto

/// Reads an image archive once, from front to back, and compresses its layers on the way. Blocks.
struct ArchiveScanner {
    /// A layer that is being compressed: its bytes come out of the pipe, its digests when the pipe has ended.
    final class Layer: Sendable {
        let name: String
        let pipe = BytePipe(bound: 8)
        private let finished = Locked<Finished?>(nil)

        struct Finished: Sendable {
            var content: Digest
            var blob: Descriptor
        }

        init(name: String) { self.name = name }

        var result: Finished? { finished.withLock { $0 } }

        fileprivate func finish(_ result: Finished) {
            finished.withLock { $0 = result }
            pipe.finish()
        }
    }

    /// What is neither a layer nor large: manifest and configurations.
    struct Documents: Sendable {
        var files: [String: [UInt8]] = [:]
        /// Layers that occur twice are links to their first place.
        var links: [String: String] = [:]
        /// Of all files together.
        var size: Int64 = 0
    }

    /// All of them together.
    static let largestDocuments: Int64 = 8 << 20
    /// Files, links and layers together. An image has at most 127 layers; what is kept of each is kept to the end.
    static let mostEntries = 5000

    /// Told of each layer when its first bytes are there; throws when no more are wanted.
    let onLayer: (Layer) throws -> Void

    func scan(_ next: @escaping () throws -> [UInt8]?) throws -> Documents {
        var documents = Documents()
        var reader = try TarReader(next)
        var count = 0
        while let entry = try reader.nextEntry() {
            count += 1
            if count > Self.mostEntries { throw ArchiveError("The archive has too many entries for an image") }
            switch entry {
            case .file(let name, let size): try scanFile(name, size, &reader, &documents)
            case .link(let name, let target): documents.links[name] = Self.resolve(target, from: name)
            case .other: break
            }
        }
        return documents
    }

    /// The archive's manifest may come last, so a file is known by its first byte: JSON begins with a brace or a
    /// bracket, a layer with the name of a file.
    private func scanFile(
        _ name: String,
        _ size: Int64,
        _ reader: inout TarReader,
        _ documents: inout Documents
    ) throws {
        var document: [UInt8]?
        var compressor: LayerCompressor?
        try reader.forEachPiece { piece in
            if document == nil, compressor == nil {
                let isDocument = piece.first == UInt8(ascii: "{") || piece.first == UInt8(ascii: "[")
                if isDocument, size <= Self.largestDocuments - documents.size {
                    document = []
                } else if size > 1000 {  // smaller than two blocks of tar: a version file and the like
                    let layer = Layer(name: name)
                    try onLayer(layer)
                    compressor = try LayerCompressor(layer)
                } else {
                    document = []
                }
            }
            document?.append(contentsOf: piece)
            try compressor?.add(piece)
        }
        if let document {
            documents.files[name] = document
            documents.size += Int64(document.count)
        }
        try compressor?.finish()
    }

    /// `../abc/layer.tar`, seen from `def/layer.tar`, is `abc/layer.tar`.
    static func resolve(_ target: String, from name: String) -> String {
        var parts = name.split(separator: "/").dropLast()
        for part in target.split(separator: "/") {
            if part == ".." { parts = parts.dropLast() } else if part != "." { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}

/// tar -> hash -> gzip -> hash -> pipe.
private final class LayerCompressor {
    private let layer: ArchiveScanner.Layer
    private var deflater: Deflater
    private var content: SHA256? = SHA256()
    private var blob: SHA256? = SHA256()
    private var size: Int64 = 0

    init(_ layer: ArchiveScanner.Layer) throws {
        self.layer = layer
        deflater = try Deflater(.gzip)
    }

    func add(_ piece: UnsafeRawBufferPointer) throws {
        content?.update(piece)
        try compress(piece, isLast: false)
    }

    func finish() throws {
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        guard let content = content.take()?.finish(), let blob = blob.take()?.finish(),
            let contentDigest = Digest(hex: content.hex), let blobDigest = Digest(hex: blob.hex)
        else { return }
        layer.finish(.init(content: contentDigest, blob: Descriptor(digest: blobDigest, size: size)))
    }

    private func compress(_ piece: UnsafeRawBufferPointer, isLast: Bool) throws {
        try deflater.compress(piece, isLast: isLast) { compressed in
            blob?.update(compressed)
            size += Int64(compressed.count)
            try layer.pipe.putBlocking(Array(compressed))
        }
    }
}
