// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Compression
internal import Crypto

/// The second half of a layer's way: compresses what ``LayerIntake`` hands over, hashes the result and puts it where it
/// is sent from. Blocks.
enum LayerCompressor {
    static func run(_ transit: LayerTransit) throws {
        var writer = try GzipWriter()
        var hash = SHA256()
        var size: Int64 = 0
        while let block = try transit.blocks.nextBlocking() {
            let part = block.withUnsafeBytes { writer.compress($0) }
            hash.update(part)
            size += Int64(part.count)
            try transit.output.putBlocking(part)
        }
        // What was compressed already went past us.
        if transit.result?.descriptor != nil { return }
        let end = writer.finish()
        hash.update(end)
        size += Int64(end.count)
        try transit.output.putBlocking(end)
        transit.blobEnded(
            Descriptor(type: MediaType.gzipLayer, digest: Digest(hash: hash.finish()), size: size)
        )
    }
}
