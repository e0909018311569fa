// SPDX-License-Identifier: Apache-2.0

internal import CZstd

/// Zstandard, all at once (RFC 8878).
package enum Zstd {
    /// One frame; a higher level is smaller and slower.
    package static func compress(_ bytes: [UInt8], level: Int = 3) throws(CompressionError) -> [UInt8] {
        var result = 0
        let output = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { room, count in
            result = ZSTD_compress(room.baseAddress, room.count, bytes, bytes.count, Int32(clamping: level))
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        if ZSTD_isError(result) != 0 { throw CompressionError(message: reason(result)) }
        return output
    }

    /// - Parameter limit: on the size of the result. The size that is stated in the data is not believed.
    package static func decompress(
        _ bytes: UnsafeRawBufferPointer,
        upTo limit: Int
    ) throws(CompressionError) -> [UInt8] {
        guard let stream = ZSTD_createDStream() else { throw CompressionError(message: "Out of memory") }
        defer { ZSTD_freeDStream(stream) }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_DStreamOutSize(), alignment: 16)
        defer { room.deallocate() }
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var output: [UInt8] = []
        while true {
            var piece = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
            let result = ZSTD_decompressStream(stream, &piece, &input)
            if ZSTD_isError(result) != 0 { throw CompressionError(message: reason(result)) }
            guard output.count + piece.pos <= limit else {
                throw CompressionError(message: "The data is larger than \(limit) bytes")
            }
            output += room[..<piece.pos]
            if result == 0, input.pos == input.size { return output }  // the end of the last frame
            guard input.pos < input.size || piece.pos == piece.size else {
                throw CompressionError(message: "The compressed data is damaged or cut off")
            }
        }
    }

    private static func reason(_ result: Int) -> String { String(cString: ZSTD_getErrorName(result)) }
}
