// SPDX-License-Identifier: Apache-2.0

internal import CArchive

package struct ArchiveError: Error, Equatable, Sendable {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Reads a tar stream, compressed or not, entry by entry. Blocks, so it belongs on a thread of its own.
package struct TarReader: ~Copyable {
    package enum Entry: Equatable, Sendable {
        case file(name: String, size: Int64)
        case link(name: String, target: String)
        case other(name: String)
    }

    /// What the library's callback sees. Lives as long as the handle, because the library keeps the pointer into
    /// `piece` until it asks for the next one.
    private final class Source {
        let next: () throws -> [UInt8]?
        var piece = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        var failure: (any Error)?

        init(_ next: @escaping () throws -> [UInt8]?) { self.next = next }

        deinit { piece.deallocate() }

        func lend(_ start: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
            do {
                var next = try next()
                while next?.isEmpty == true { next = try self.next() }  // no bytes would mean the end to the library
                guard let bytes = next else { return 0 }
                if piece.count < bytes.count {
                    piece.deallocate()
                    piece = .allocate(byteCount: bytes.count, alignment: 16)
                }
                piece.copyBytes(from: bytes)
                start.pointee = UnsafeRawPointer(piece.baseAddress)
                return bytes.count
            } catch {
                failure = error
                return -1
            }
        }
    }

    private let handle: OpaquePointer
    private let source: Source

    /// - Parameter next: the next piece of the stream, `nil` at its end.
    package init(_ next: @escaping () throws -> [UInt8]?) throws {
        // The stored properties are set last: before Swift 6.1 an initialiser of a noncopyable type may not throw
        // once it has set one of them.
        guard let handle = archive_read_new() else { throw ArchiveError("Out of memory") }
        let source = Source(next)
        archive_read_support_format_tar(handle)
        archive_read_support_filter_gzip(handle)
        archive_read_support_filter_zstd(handle)
        let context = Unmanaged.passUnretained(source).toOpaque()
        let result = archive_read_open(
            handle,
            context,
            nil,
            { _, context, bytes in
                guard let context, let bytes else { return -1 }
                return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().lend(bytes)
            },
            nil
        )
        guard result == ARCHIVE_OK else {
            defer { archive_read_free(handle) }
            throw Self.failure(handle, source)
        }
        self.handle = handle
        self.source = source
    }

    deinit { archive_read_free(handle) }

    package mutating func nextEntry() throws -> Entry? {
        var entry: OpaquePointer?
        let result = archive_read_next_header(handle, &entry)
        if result == ARCHIVE_EOF { return nil }
        // As UTF-8 first: the other function converts to the locale's encoding, and "C" has no letters but ASCII.
        guard result == ARCHIVE_OK || result == ARCHIVE_WARN, let entry,
            let path = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
        else { throw Self.failure(handle, source) }
        let name = String(cString: path)
        if let target = archive_entry_symlink(entry) ?? archive_entry_hardlink(entry) {
            return .link(name: name, target: String(cString: target))
        }
        guard archive_entry_filetype(entry) == archive_regular_file else { return .other(name: name) }
        return .file(name: name, size: archive_entry_size(entry))
    }

    /// Lends the content of the entry to `body`, piece by piece, without copying.
    package mutating func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        while true {
            var start: UnsafeRawPointer?
            var count = 0
            var offset: la_int64_t = 0
            let result = archive_read_data_block(handle, &start, &count, &offset)
            if result == ARCHIVE_EOF { return }
            guard result == ARCHIVE_OK else { throw Self.failure(handle, source) }
            try body(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    /// The source's own error is the cause; the library only noticed it.
    private static func failure(_ handle: OpaquePointer, _ source: Source) -> any Error {
        source.failure ?? ArchiveError(archive_error_string(handle).map { String(cString: $0) } ?? "Not a tar stream")
    }
}
