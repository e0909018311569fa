// SPDX-License-Identifier: Apache-2.0

import Basics
import Compression
import HTTPClient
import HTTPServer
import JSON
import ObjectStorage
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

@Suite(.timeLimit(.minutes(5)))
struct ImageTransferTests {
    /// Runs `body` with a registry and what it takes to bring images there.
    ///
    /// - Parameter before: may answer instead of the registry.
    @discardableResult
    static func withRegistry<Value: Sendable>(
        _ registry: FakeRegistry = FakeRegistry(),
        _ before: @escaping @Sendable (ServerRequest) async -> ServerResponse? = { _ in nil },
        _ body: @escaping @Sendable (_ target: ImageReference, FakeRegistry) async throws -> Value
    ) async throws -> Value {
        try await withServer { request in
            if let answer = await before(request) { return answer }
            return registry.handle(request)
        } _: { host in
            try await body(try ImageReference(parsing: "\(host)/kafka/worker:1.0"), registry)
        }
    }

    /// Without waiting between tries.
    static var limits: Registry.Limits {
        var limits = Registry.Limits()
        limits.retry = RetryPolicy(attempts: 3) { _ in }
        return limits
    }

    static func transfer(
        _ source: MemorySource,
        _ target: ImageReference,
        previous: ImageTransferJob.Previous? = nil,
        _ change: (inout ImageTransferJob) -> Void = { _ in }
    ) async throws -> ImageTransferOutcome {
        var job = ImageTransferJob(source: source, target: target)
        change(&job)
        return try await ImageTransfer(HTTPClient(), limits: limits).transfer(job, previous: previous)
    }

    /// What it throws; a failed expectation if it does not.
    static func failure<Value>(_ body: () async throws -> Value) async -> ImageTransferError? {
        do {
            _ = try await body()
            Issue.record("nothing was thrown")
        } catch {
            if let error = error as? ImageTransferError { return error }
            Issue.record("another error was thrown: \(error)")
        }
        return nil
    }

    static func manifest(_ bytes: [UInt8]) throws -> ImageManifest { try JSONDocument(parsing: bytes).decode() }

    static func content(_ blob: [UInt8]) throws -> [UInt8] {
        guard let format = CompressionFormat(prefix: blob) else { return blob }
        var decompressor = try Decompressor(format)
        var content: [UInt8] = []
        try blob.withUnsafeBytes { try decompressor.feed($0) { content.append(contentsOf: $0) } }
        return content
    }

    @Test(.rows(27), arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func everyKindOfArchiveGivesTheImageThatIsInIt(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        var image = ImageBuilder.ordinary
        (image.layout, image.packing) = (layout, packing)
        let archive = try image.archive()
        let layers = image.layers
        let configuration = image.configuration
        try await Self.withRegistry { target, fake in
            let outcome = try await Self.transfer(MemorySource(archive), target)
            let bytes = try #require(fake.manifests["1.0"])
            #expect("\(outcome.digest)" == ImageBuilder.digest(bytes))
            let manifest = try Self.manifest(bytes)
            #expect(fake.blobs["\(manifest.configuration.digest)"] == configuration)
            #expect(manifest.layers.count == layers.count)
            for (descriptor, layer) in zip(manifest.layers, layers) {
                let blob = try #require(fake.blobs["\(descriptor.digest)"])
                #expect(Int64(blob.count) == descriptor.size)
                #expect(try Self.content(blob) == layer)
            }
            #expect(fake.openUploads == 0)
        }
    }

    @Test(arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func itIsTheSameImageWhicheverWayItIsRead(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        var image = ImageBuilder.ordinary
        (image.layout, image.packing) = (layout, packing)
        let archive = try image.archive()
        let packed = [try ImageBuilder.gzip(archive), try Zstd.compress(archive)]
        image.isManifestFirst = true
        image.prefix = "./"
        let reordered = try image.archive()
        let sources =
            [
                MemorySource(archive), MemorySource(archive, isStream: true), MemorySource(reordered),
                MemorySource(reordered, isStream: true, pieceSize: 511),
            ] + packed.flatMap { [MemorySource($0), MemorySource($0, isStream: true)] }
        var digests: Set<Digest> = []
        for source in sources {
            digests.insert(
                try await Self.withRegistry { target, _ in try await Self.transfer(source, target).digest }
            )
        }
        #expect(digests.count == 1)
    }

    @Test func anImageThatIsNotWhatItSaysStaysInvisible() async throws {
        var image = ImageBuilder.ordinary
        image.diffIDs = Array(repeating: "sha256:" + String(repeating: "0", count: 64), count: 3)
        let archive = try image.archive()
        for isStream in [true, false] {
            try await Self.withRegistry { target, fake in
                let error = await Self.failure {
                    try await Self.transfer(MemorySource(archive, isStream: isStream), target)
                }
                #expect(error?.code == .digestMismatch)
                #expect(fake.manifests.isEmpty)
            }
        }
    }
}
