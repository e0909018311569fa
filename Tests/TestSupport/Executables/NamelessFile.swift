// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A file without a name, which goes when nobody has it open any more.
final class NamelessFile: Sendable {
    let descriptor: Int32

    /// - Parameter content: what is in it; reading begins at its start.
    init(_ content: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "kittiwake-\(UUID().uuidString)").path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Executable.Failed(description: "No temporary file: error \(errno)") }
        unlink(path)
        try FileHandle(fileDescriptor: descriptor).write(contentsOf: Data(content.utf8))
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    /// All that is in it now.
    var text: String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(bytes.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
    }
}
