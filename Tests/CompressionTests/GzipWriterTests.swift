// SPDX-License-Identifier: Apache-2.0

import Compression
import TestStorage
import Testing

@Suite
struct GzipWriterTests {
    func compress(_ blocks: [[UInt8]]) throws -> [UInt8] {
        var writer = try GzipWriter()
        var output: [UInt8] = []
        for block in blocks { output += block.withUnsafeBytes { writer.compress($0) } }
        return output + writer.finish()
    }

    func decompress(_ bytes: [UInt8], in size: Int = .max) throws -> [UInt8] {
        var decompressor = try Decompressor(.gzip)
        var output: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try Array(rest.prefix(size)).withUnsafeBytes { try decompressor.feed($0) { output += $0 } }
            rest = rest.dropFirst(size)
        }
        let isComplete = decompressor.isComplete
        #expect(isComplete)
        return output
    }

    let text = Array(String(repeating: "s3://warehouse/orders/data/part-00000.parquet ", count: 5000).utf8)

    @Test func blocksOfEveryKindComeBack() throws {
        let noise = ImageBuilder.noise(GzipWriter.blockSize, seed: 7)
        let mixed = ImageBuilder.noise(100_000, seed: 8) + text.prefix(90_000) + ImageBuilder.noise(70_000, seed: 9)
        for blocks in [
            [], [[]], [[1]], [text], [noise], [text, noise, text], [mixed, Array(text.prefix(1000)), mixed],
        ] {
            #expect(try decompress(try compress(blocks)) == Array(blocks.joined()))
        }
    }

    @Test func theSameBlockGivesTheSameBytesWhateverCameBefore() throws {
        var fresh = try GzipWriter()
        var used = try GzipWriter()
        let block = text + ImageBuilder.noise(50_000, seed: 5)
        _ = fresh.compress(UnsafeRawBufferPointer(start: nil, count: 0))  // the header
        for seed in 1...20 as ClosedRange<UInt64> {
            let other = Array(text.dropFirst(Int(seed) * 100)) + ImageBuilder.noise(3000, seed: seed)
            _ = other.withUnsafeBytes { used.compress($0) }
        }
        let first = block.withUnsafeBytes { fresh.compress($0) }
        let second = block.withUnsafeBytes { used.compress($0) }
        #expect(first == second)
    }

    @Test func whatDoesNotCompressHardlyGrows() throws {
        let noise = ImageBuilder.noise(3 * GzipWriter.blockSize, seed: 11)
        let blocks = stride(from: 0, to: noise.count, by: GzipWriter.blockSize).map {
            Array(noise[$0..<$0 + GzipWriter.blockSize])
        }
        #expect(try compress(blocks).count < noise.count + noise.count / 1000)
        #expect(try compress([text]).count < text.count / 50)
    }

    /// The library keeps a few bytes to itself while it reads; at a member's end they belong to the next one.
    @Test(arguments: Array(1...40) + [100, 1000]) func streamsThatArePutTogetherAreOne(size: Int) throws {
        let parts = [Array("first".utf8), [], text, Array("last".utf8)]
        let bytes = try parts.flatMap { try ImageBuilder.gzip($0) } + [UInt8](repeating: 0, count: 30)
        #expect(try decompress(bytes, in: size) == Array(parts.joined()))
    }
}
