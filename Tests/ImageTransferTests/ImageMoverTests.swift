// SPDX-License-Identifier: Apache-2.0

import Basics
import Crypto
import HTTPClient
import HTTPServer
import ImageTransfer
import JSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ImageMoverTests {
    struct Broken: Error, Equatable {}

    /// An archive with two different layers, the first of which occurs twice.
    func archive(diffIDs: [String]? = nil) -> [UInt8] {
        var first = TarWriter()
        first.file("etc/config", Array(String(repeating: "group.id=orders\n", count: 10_000).utf8))
        first.finish()
        var second = TarWriter()
        second.file("app.jar", (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) })
        second.finish()
        let ids = diffIDs ?? [first, second, first].map { "sha256:" + SHA256.hash($0.bytes).hex }
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        var archive = TarWriter()
        archive.file("a/VERSION", Array("1.0".utf8))
        archive.file("a/layer.tar", first.bytes)
        archive.file("b/layer.tar", second.bytes)
        archive.link("c/layer.tar", to: "../a/layer.tar")
        archive.file(
            "config.json",
            Array(#"{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":[\#(list)]}}"#.utf8)
        )
        let layers = #"["a/layer.tar","b/layer.tar","c/layer.tar"]"#
        archive.file("manifest.json", Array(#"[{"Config":"config.json","RepoTags":["w:1"],"Layers":\#(layers)}]"#.utf8))
        archive.finish()
        return archive.bytes
    }

    /// Gives the archive in pieces of a size that fits nothing.
    func pieces(
        of archive: [UInt8],
        size: Int = 10_007,
        failingAfter limit: Int = .max
    ) -> @Sendable () async throws -> [UInt8]? {
        let position = Locked(0)
        return {
            let start = position.withLock { position in
                defer { position += size }
                return position
            }
            if start >= limit { throw Broken() }
            return start < archive.count ? Array(archive[start..<min(start + size, archive.count)]) : nil
        }
    }

    /// - Parameter before: may answer instead of the registry.
    @discardableResult
    func withRegistry<Value: Sendable>(
        _ before: @escaping @Sendable (ServerRequest) async -> ServerResponse? = { _ in nil },
        _ body: @escaping @Sendable (Registry, FakeRegistry) async throws -> Value
    ) async throws -> Value {
        let fake = FakeRegistry()
        var configuration = HTTPServer.Configuration()
        configuration.isLoopback = true
        let server = HTTPServer(configuration) { request in await before(request) ?? fake.handle(request) }
        let (ports, listening) = AsyncStream.makeStream(of: UInt16.self)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await server.run { port in listening.yield(port) }
                return nil
            }
            group.addTask {
                for await port in ports {
                    let registry = Registry(HTTPClient(), base: "http://localhost:\(port)", repository: "kafka/worker")
                    return try await body(registry, fake)
                }
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next(), let value else { throw CancellationError() }
            return value
        }
    }

    @Test func anImageIsMovedAndVerified() async throws {
        let archive = archive()
        try await withRegistry { registry, fake in
            let digest = try await ImageMover(to: registry).move(pieces(of: archive), tag: "1.0")
            let manifest = try #require(fake.manifests["1.0"])
            #expect("\(digest)" == "sha256:" + SHA256.hash(manifest).hex)
            guard case .object(let object) = try JSONDocument(parsing: manifest).decode(JSON.self),
                case .array(let layers)? = object["layers"]
            else {
                Issue.record("the manifest is not an object with layers")
                return
            }
            #expect(layers.count == 3)
            #expect(layers[0] == layers[2])
            for case .object(let layer) in layers {
                guard case .string(let digest)? = layer["digest"], case .integer(let size)? = layer["size"] else {
                    Issue.record("a layer has no digest or no size")
                    continue
                }
                let blob = try #require(fake.blob(digest))
                #expect(Int64(blob.count) == size)
                #expect(blob.starts(with: [0x1f, 0x8b]))
            }
        }
    }

    @Test func movingTwiceGivesTheSameDigest() async throws {
        let archive = archive()
        try await withRegistry { registry, fake in
            let first = try await ImageMover(to: registry).move(pieces(of: archive), tag: "1")
            let second = try await ImageMover(to: registry).move(pieces(of: archive), tag: "2")
            #expect(first == second)
            #expect(fake.manifests["1"] == fake.manifests["2"])
        }
    }

    @Test func anImageThatIsNotWhatItSaysStaysInvisible() async throws {
        let wrong = archive(diffIDs: Array(repeating: "sha256:" + String(repeating: "0", count: 64), count: 3))
        try await withRegistry { registry, fake in
            await #expect(throws: RegistryError.self) {
                try await ImageMover(to: registry).move(pieces(of: wrong), tag: "1.0")
            }
            #expect(fake.manifests.isEmpty)
        }
    }

    @Test func aDownloadThatFailsIsTheError() async throws {
        let archive = archive()
        try await withRegistry { registry, fake in
            await #expect(throws: Broken()) {
                try await ImageMover(to: registry).move(pieces(of: archive, failingAfter: 200_000), tag: "1.0")
            }
            #expect(fake.manifests.isEmpty)
        }
    }

    @Test func anArchiveThatIsCutOffIsRefused() async throws {
        let archive = archive()
        try await withRegistry { registry, fake in
            await #expect(throws: (any Error).self) {
                try await ImageMover(to: registry).move(pieces(of: Array(archive.prefix(250_000))), tag: "1.0")
            }
            #expect(fake.manifests.isEmpty)
        }
    }

    /// Layers that do not compress, each larger than what may wait in its pipe.
    func largeArchive() -> [UInt8] {
        var archive = TarWriter()
        var number: UInt64 = 1
        for name in ["a", "b", "c", "d"] {
            let content = (0..<1 << 20).map { _ in
                number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: number >> 56)
            }
            archive.file("\(name)/layer.tar", content)
        }
        archive.finish()
        return archive.bytes
    }

    @Test(arguments: ["POST", "PATCH", "PUT"]) func aRegistryThatRefusesEndsTheMove(method: String) async throws {
        let archive = largeArchive()
        try await withRegistry { request in
            request.method == method ? ServerResponse(403) : nil
        } _: { registry, fake in
            await #expect(throws: RegistryError.self) {
                // Pieces that hold more than one layer's worth: the thread goes on for a while when it is told to stop.
                try await ImageMover(to: registry).move(pieces(of: archive, size: 8 << 20), tag: "1.0")
            }
        }
    }

    @Test func aMoveThatIsCancelledEnds() async throws {
        let archive = largeArchive()
        try await withRegistry { _ in
            try? await Task.sleep(for: .seconds(3600))  // ends with the server
            return nil
        } _: { registry, fake in
            let move = Task { try await ImageMover(to: registry).move(pieces(of: archive, size: 8 << 20), tag: "1.0") }
            try await Task.sleep(for: .milliseconds(200))
            move.cancel()
            await #expect(throws: CancellationError.self) { try await move.value }
        }
    }

    @Test func anArchiveOfManySmallFilesDoesNotFillTheMemory() async throws {
        let block = { (name: String, content: [UInt8]) in
            var archive = TarWriter()
            archive.file(name, content)
            return archive.bytes
        }
        for (content, count) in [
            ([UInt8](repeating: 1, count: 900), 200_000), ([UInt8](repeating: 1, count: 1100), 20_000),
        ] {
            let file = block("layer", content)
            let left = Locked(count)
            try await withRegistry { registry, _ in
                await #expect {
                    try await ImageMover(to: registry).move(
                        {
                            let number = left.withLock { left in
                                left -= 1
                                return left
                            }
                            return number < 0 ? nil : file
                        },
                        tag: "1.0"
                    )
                } throws: { "\($0)".contains("too many") }
                #expect(left.withLock { $0 } > 0)
            }
        }
    }

    @Test func anEmptyPieceIsNotTheEnd() async throws {
        let pieces = pieces(of: archive())
        let calls = Locked(0)
        try await withRegistry { registry, fake in
            _ = try await ImageMover(to: registry).move(
                {
                    let call = calls.withLock { calls in
                        calls += 1
                        return calls
                    }
                    return call.isMultiple(of: 2) ? [] : try await pieces()
                },
                tag: "1.0"
            )
            #expect(fake.manifests["1.0"] != nil)
        }
    }
}
