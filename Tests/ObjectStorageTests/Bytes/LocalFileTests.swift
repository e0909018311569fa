// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import Glibc
import TestStorage
import TestSupport
import Testing

@testable import ObjectStorage

@Suite(.timeLimit(.minutes(5)))
struct LocalFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aFileIsReadAnywhere() async throws {
        let content = ImageBuilder.noise(300_000, seed: 1)
        try Data(content).write(to: folder.url.appending(path: "image.tar"))
        let file = try await LocalFile(folder.path("image.tar")).open()
        #expect(file.isRandomAccess)
        #expect(file.size == 300_000)
        #expect(file.version == nil)
        #expect(try await file.read(1000..<2000) == Array(content[1000..<2000]))
        #expect(try await StorageRig.read(file) == content)
        #expect(try await StorageRig.read(file, 299_000..<300_000) == Array(content[299_000...]))
        let error = await StorageRig.failure { try await file.read(299_999..<300_001) }
        #expect(error?.code == .fileUnreadable)
    }

    @Test func aPipeIsReadAsItComes() async throws {
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let content = ImageBuilder.noise(300_000, seed: 2)
        async let written: Void = onOwnThread("writer") {
            let descriptor = open(path, O_WRONLY)
            defer { close(descriptor) }
            var rest = content[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, min($0.count, 7000)) }
                if count <= 0 { return }
                rest = rest.dropFirst(count)
            }
        }
        let pipe = try await LocalFile(path).open()
        #expect(!pipe.isRandomAccess)
        #expect(pipe.size == nil)
        #expect(try await StorageRig.read(pipe) == content)
        try await written
    }

    @Test func aPipeThatStaysSilentCanBeStopped() async throws {
        let path = folder.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let writer = open(path, O_RDWR)  // both ends, so that opening waits for nobody
        defer { close(writer) }
        let pipe = try await LocalFile(path).open()
        await #expect(throws: MemorySource.Broken()) { try await StorageRig.stopWhileReading(pipe) }
    }

    @Test func whatCannotBeReadSaysWhy() async throws {
        let missing = await StorageRig.failure { try await LocalFile(folder.path("none")).open() }
        #expect(missing?.message.contains("No such file") == true)
        let folderError = await StorageRig.failure { try await LocalFile(folder.url.path).open() }
        #expect(folderError?.message.contains("is a directory") == true)
    }
}
