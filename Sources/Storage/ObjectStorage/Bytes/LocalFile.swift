// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Glibc

/// A file of this machine, or what was handed over as standard input. Pipes are read from front to back, files anyhow.
package struct LocalFile: ByteSource {
    private enum Place: Sendable {
        case path(String)
        case standardInput
    }

    private let place: Place

    package init(_ path: String) { place = .path(path) }

    private init(_ place: Place) { self.place = place }

    /// What the program reads when its caller says `-`.
    package static let standardInput = LocalFile(.standardInput)

    package var description: String {
        switch place {
        case .path(let path): path
        case .standardInput: "standard input"
        }
    }

    package func open() async throws -> any OpenBytes {
        // Opening a named pipe waits for its writer.
        try await onOwnThread("open") { try openBlocking() }
    }

    private func openBlocking() throws -> OpenFile {
        let descriptor =
            switch place {
            case .path(let path): Glibc.open(path, O_RDONLY | O_CLOEXEC)
            case .standardInput: dup(0)  // closed with the value, like any other
            }
        let number = errno
        guard descriptor >= 0 else {
            throw StorageError(
                .fileUnreadable,
                "\(self) cannot be opened: \(String(cString: strerror(number)))",
                advice: "check the path and its permissions"
            )
        }
        let file = Descriptor(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError(.fileUnreadable, "\(self) cannot be read") }
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR {
            throw StorageError(.fileUnreadable, "\(self) is a directory", advice: "name an archive")
        }
        return OpenFile(name: description, file: file, size: kind == S_IFREG ? Int64(status.st_size) : nil)
    }
}

/// Closes what it holds when the last user is gone.
private final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

private struct OpenFile: OpenBytes {
    let name: String
    let file: Descriptor
    /// `nil` for what is not a regular file.
    let size: Int64?

    var version: String? { nil }
    var isRandomAccess: Bool { size != nil }

    func read(_ range: Range<Int64>) async throws -> [UInt8] {
        let reader = FileReader(name, file, range)
        return try await onOwnThread("file-part") {
            try [UInt8](unsafeUninitializedCapacity: range.count) { room, count in
                let room = UnsafeMutableRawBufferPointer(room)
                while count < room.count {
                    let part = try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
                    if part == 0 { throw StorageError(.fileUnreadable, "\(name) is shorter than it was") }
                    count += part
                }
            }
        }
    }

    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value {
        try await body(FileReader(name, file, range ?? size.map { 0..<$0 }))
    }
}

private final class FileReader: BlockingReader {
    private let name: String
    private let file: Descriptor
    /// What is left; `nil` for what is read as it comes.
    private let rest: Locked<Range<Int64>?>
    private let stopped = Locked<(any Error)?>(nil)

    init(_ name: String, _ file: Descriptor, _ range: Range<Int64>?) {
        self.name = name
        self.file = file
        rest = Locked(range)
    }

    func stop(_ error: any Error) { stopped.withLock { $0 = $0 ?? error } }

    func read(into room: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            if let error = stopped.withLock({ $0 }) { throw error }
            let range = rest.withLock { $0 }
            if range == nil, !(try isReadable()) { continue }
            let wanted = min(room.count, range?.count ?? room.count)
            let count =
                if let range {
                    pread(file.number, room.baseAddress, wanted, off_t(range.lowerBound))
                } else {
                    Glibc.read(file.number, room.baseAddress, wanted)
                }
            let number = errno
            if count >= 0 {
                rest.withLock { rest in
                    if let range = rest { rest = range.lowerBound + Int64(count)..<range.upperBound }
                }
                return count
            }
            guard number == EINTR || number == EAGAIN else {
                throw StorageError(.fileUnreadable, "\(name) cannot be read: \(String(cString: strerror(number)))")
            }
        }
    }

    /// A pipe's writer may be silent for ever, so nobody waits in `read(2)` itself: it could not be stopped.
    private func isReadable() throws -> Bool {
        var request = pollfd(fd: file.number, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 200) != 0
    }
}
