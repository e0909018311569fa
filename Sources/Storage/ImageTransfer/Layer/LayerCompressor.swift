// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Compression
internal import Crypto

/// The second half of a layer's way: compresses what ``LayerReader`` hands over, hashes the result and puts it where it
/// is sent from. Blocks.
enum LayerCompressor {
    static func run(_ pipe: LayerPipe) throws {
        var writer = try GzipWriter()
        var hash = SHA256()
        var size: Int64 = 0
        while let block = try pipe.blocks.nextBlocking() {
            let part = block.withUnsafeBytes { writer.compress($0) }
            hash.update(part)
            size += Int64(part.count)
            try pipe.output.putBlocking(part)
        }
        // What was compressed already went past us.
        if pipe.result?.descriptor != nil { return }
        let end = writer.finish()
        hash.update(end)
        size += Int64(end.count)
        try pipe.output.putBlocking(end)
        pipe.blobEnded(
            Descriptor(type: MediaType.gzipLayer, digest: Digest(hash: hash.finish()), size: size)
        )
    }
}
