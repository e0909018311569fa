// SPDX-License-Identifier: Apache-2.0

import Basics
import TestStorage
import TestSupport

@testable import ObjectStorage

/// What tests of all sources of bytes share: reading as a thread does, and how it failed.
enum StorageRig {
    /// Everything in a range, as a thread reads it.
    static func read(_ object: any OpenBytes, _ range: Range<Int64>? = nil) async throws -> [UInt8] {
        try await object.withReader(range) { reader in
            try await onOwnThread("test") {
                var bytes: [UInt8] = []
                var room = [UInt8](repeating: 0, count: 100_003)
                while case let count = try room.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
                    bytes += room[..<count]
                }
                return bytes
            }
        }
    }

    /// A thread waits for the first byte while its reader is stopped.
    static func stopWhileReading(_ bytes: any OpenBytes) async throws {
        try await bytes.withReader(nil) { reader in
            async let read = onOwnThread("test") {
                var room = [UInt8](repeating: 0, count: 100)
                return try room.withUnsafeMutableBytes { try reader.read(into: $0) }
            }
            reader.stop(MemorySource.Broken())
            _ = try await read
        }
    }

    static func failure<Value>(_ body: () async throws -> Value) async -> StorageError? {
        await TestSupport.failure(StorageError.self, body)
    }
}
