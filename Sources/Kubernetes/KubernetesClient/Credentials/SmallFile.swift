// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Glibc

/// A file that is read whole: a configuration, a token, a certificate.
enum SmallFile {
    struct Unreadable: Error, CustomStringConvertible {
        var number: Int32?
        var description: String

        /// There is no such file.
        var isMissing: Bool { number == ENOENT || number == ENOTDIR }

        fileprivate init(_ number: Int32) {
            self.number = number
            description = String(cString: strerror(number))
        }

        fileprivate init(_ description: String) { self.description = description }
    }

    private static let limit = 1 << 20

    /// The content, which is never empty. Reads on a thread of its own: a network file system may hang.
    static func read(_ path: String) async throws -> [UInt8] {
        try await onOwnThread("small-file") { try readNow(path) }
    }

    private static func readNow(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Unreadable(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &room, room.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Unreadable(errno) }
            if count == 0, bytes.isEmpty { throw Unreadable("It is empty") }
            if count == 0 { return bytes }
            bytes += room[..<count]
            guard bytes.count <= limit else { throw Unreadable("It is larger than \(limit) bytes") }
        }
    }
}
