// SPDX-License-Identifier: Apache-2.0

import Compression
import Testing

@Suite
struct CompressionTests {
    let text = Array(String(repeating: "s3://warehouse/orders/data/part-00000.parquet ", count: 20_000).utf8)

    func inflate(_ bytes: [UInt8], upTo limit: Int = 64 << 20) throws(CompressionError) -> [UInt8] {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(CompressionError) in try Inflater.inflate(bytes, upTo: limit) }
        }
        return try result.get()
    }

    @Test(arguments: 0...3) func whatIsDeflatedInflatesToTheSame(level: Int) throws {
        let deflated = try Deflater.deflate(text, level: level)
        #expect(deflated.count < text.count / 20)
        #expect(try inflate(deflated) == text)
        #expect(try inflate(try Deflater.deflate([], level: level)).isEmpty)
    }

    @Test func damagedDataIsRefused() throws {
        var deflated = try Deflater.deflate(text)
        #expect(throws: CompressionError.self) { try inflate(Array(deflated.dropLast(10))) }
        deflated[0] = 0xff
        #expect(throws: CompressionError.self) { try inflate(deflated) }
        #expect(throws: CompressionError.self) { try inflate([]) }
    }

    @Test func theSizeIsBounded() throws {
        let bomb = try Deflater.deflate([UInt8](repeating: 0, count: 10 << 20))
        #expect(throws: CompressionError.self) { try inflate(bomb, upTo: 1 << 20) }
    }

    @Test func aStreamMayComeInPieces() throws {
        var deflater = try Deflater(.raw)
        var output: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 1000) {
            try text[start..<min(start + 1000, text.count)].withUnsafeBytes { piece in
                try deflater.compress(piece) { output.append(contentsOf: $0) }
            }
        }
        try deflater.compress(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true) {
            output.append(contentsOf: $0)
        }
        #expect(try inflate(output) == text)
    }
}

@Suite
struct ZstdTests {
    let text = Array(String(repeating: "s3://warehouse/orders/data/part-00000.parquet ", count: 20_000).utf8)

    func decompress(_ bytes: [UInt8], upTo limit: Int = 64 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { bytes in try Zstd.decompress(bytes, upTo: limit) }
    }

    @Test func whatIsCompressedComesBack() throws {
        let packed = try Zstd.compress(text)
        #expect(packed.count < text.count / 100)
        #expect(try decompress(packed) == text)
        #expect(try decompress(packed + packed) == text + text)  // frames may follow each other
        #expect(try decompress(Zstd.compress([])) == [])
    }

    @Test func damageAndExcessAreRefused() throws {
        let packed = try Zstd.compress(text)
        #expect(throws: CompressionError.self) { try decompress(Array(packed.dropLast())) }
        #expect(throws: CompressionError.self) { try decompress([1, 2, 3, 4]) }
        #expect(throws: CompressionError.self) { try decompress([]) }
        #expect(throws: CompressionError.self) { try decompress(packed, upTo: text.count - 1) }
    }
}
