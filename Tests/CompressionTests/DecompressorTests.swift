// SPDX-License-Identifier: Apache-2.0

import Compression
import TestStorage
import Testing

@Suite
struct DecompressorTests {
    let text = Array(String(repeating: "s3://warehouse/orders/data/part-00000.parquet ", count: 5000).utf8)

    func pack(_ bytes: [UInt8], _ format: CompressionFormat) throws -> [UInt8] {
        format == .gzip ? try ImageBuilder.gzip(bytes) : try Zstd.compress(bytes)
    }

    @Test(arguments: [CompressionFormat.gzip, .zstd], [1, 13, 4096, 1 << 20])
    func piecesOfAnySizeComeBack(format: CompressionFormat, size: Int) throws {
        let packed = try pack(text, format) + pack(text, format)
        #expect(CompressionFormat(prefix: packed.prefix(4)) == format)
        var decompressor = try Decompressor(format)
        var output: [UInt8] = []
        for start in stride(from: 0, to: packed.count, by: size) {
            try Array(packed[start..<min(start + size, packed.count)]).withUnsafeBytes {
                try decompressor.feed($0) { output += $0 }
            }
        }
        let isComplete = decompressor.isComplete
        #expect(isComplete)
        #expect(output == text + text)
    }

    /// The last piece fills the room for it, so that nothing tells that it is the last.
    @Test(arguments: [CompressionFormat.gzip, .zstd], [1, 2, 3])
    func contentThatFillsTheRoomIsComplete(format: CompressionFormat, rooms: Int) throws {
        let size = rooms * 256 << 10
        for content in [[UInt8](repeating: 0, count: size), ImageBuilder.noise(size, seed: 3)] {
            let packed = try pack(content, format)
            for pieceSize in [4099, packed.count] {
                var decompressor = try Decompressor(format)
                var output: [UInt8] = []
                for start in stride(from: 0, to: packed.count, by: pieceSize) {
                    try Array(packed[start..<min(start + pieceSize, packed.count)]).withUnsafeBytes {
                        try decompressor.feed($0) { output += $0 }
                    }
                }
                let isComplete = decompressor.isComplete
                #expect(isComplete)
                #expect(output == content)
            }
        }
    }

    @Test(arguments: [CompressionFormat.gzip, .zstd]) func whatIsCutOffIsNotComplete(format: CompressionFormat) throws {
        let packed = try pack(text, format)
        for length in [1, packed.count / 2, packed.count - 1] {
            var decompressor = try Decompressor(format)
            try packed[..<length].withUnsafeBytes { try decompressor.feed($0) { _ in } }
            let isComplete = decompressor.isComplete
            #expect(!isComplete)
        }
    }

    @Test(arguments: [CompressionFormat.gzip, .zstd]) func damageIsNoticed(format: CompressionFormat) throws {
        var packed = try pack(text + ImageBuilder.noise(5000, seed: 2), format)
        for index in stride(from: 10, to: packed.count, by: packed.count / 20) { packed[index] ^= 0x55 }
        var decompressor = try Decompressor(format)
        let isNoticed: Bool
        do {
            try packed.withUnsafeBytes { try decompressor.feed($0) { _ in } }
            isNoticed = !decompressor.isComplete
        } catch {
            isNoticed = error is CompressionError
        }
        #expect(isNoticed)
    }

    @Test(arguments: [CompressionFormat.gzip, .zstd]) func aBombIsStopped(format: CompressionFormat) throws {
        // Zeros compress a thousand times and more.
        let bomb = try pack([UInt8](repeating: 0, count: 16 << 20), format)
        var limits = Decompressor.Limits()
        limits.always = 40 << 20
        var decompressor = try Decompressor(format, limits)
        var given = 0
        #expect(throws: CompressionError.self) {
            for _ in 0..<10 { try bomb.withUnsafeBytes { try decompressor.feed($0) { given += $0.count } } }
        }
        #expect(given <= 40 << 20)
    }

    @Test func aWindowLargerThanAllowedIsRefused() throws {
        // A frame's head that asks for a window of 1 GiB (RFC 8878, 3.1.1.1.2): exponent 20, mantissa 0.
        let frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00]
        var decompressor = try Decompressor(.zstd)
        do {
            try frame.withUnsafeBytes { try decompressor.feed($0) { _ in } }
            Issue.record("nothing was thrown")
        } catch {
            #expect((error as? CompressionError)?.message.contains("--long=25") == true)
        }
    }
}
