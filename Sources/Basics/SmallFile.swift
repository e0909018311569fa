// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file that is read whole: a configuration, a token, a certificate, a manifest.
package enum SmallFile {
    /// Why there is no content. The path is not in it: the caller says which file it was and what for.
    package struct Unreadable: Error, CustomStringConvertible {
        private var number: Int32?
        package var description: String

        /// There is no such file.
        package var isMissing: Bool { number == ENOENT || number == ENOTDIR }

        fileprivate init(_ number: Int32) {
            self.number = number
            description = String(cString: strerror(number))
        }

        fileprivate init(_ description: String) { self.description = description }
    }

    /// The content, which is never empty. Reads on a thread of its own: a network file system may hang.
    ///
    /// - Parameters:
    ///   - path: the file, also a pipe; `-` is standard input.
    ///   - limit: a larger file is refused, so that a wrong path cannot fill the memory.
    /// - Throws: ``Unreadable``.
    package static func read(_ path: String, upTo limit: ByteCount = ByteCount(1 << 20)) async throws -> [UInt8] {
        try await onOwnThread("small-file") { try readNow(path, limit) }
    }

    private static func readNow(_ path: String, _ limit: ByteCount) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(errno) }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &room, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(errno) }
            if count == 0, bytes.isEmpty { throw Unreadable("it is empty") }
            if count == 0 { return bytes }
            bytes += room[..<count]
            guard bytes.count <= limit.bytes else { throw Unreadable("it is larger than \(limit)") }
        }
    }
}
