// SPDX-License-Identifier: Apache-2.0

internal import CZstd

/// Zstandard (RFC 8878) for what tests send.
package enum Zstd {
    package struct Failed: Error {}

    /// One frame.
    package static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        var result = 0
        let output = [UInt8](unsafeUninitializedCapacity: ZSTD_compressBound(bytes.count)) { room, count in
            result = ZSTD_compress(room.baseAddress, room.count, bytes, bytes.count, 3)
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0 else { throw Failed() }
        return output
    }
}
