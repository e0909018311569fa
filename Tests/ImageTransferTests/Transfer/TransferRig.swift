// SPDX-License-Identifier: Apache-2.0

import Basics
import Compression
import HTTPClient
import HTTPServer
import JSON
import ObjectStorage
import TestStorage
import TestSupport

@testable import ImageTransfer

/// What all tests of transfers share: a registry, a transfer into it, and how it failed.
enum TransferRig {
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
        await TestSupport.failure(ImageTransferError.self, body)
    }

    static func manifest(_ bytes: [UInt8]) throws -> ImageManifest { try JSONDocument(parsing: bytes).decode() }

    static func content(_ blob: [UInt8]) throws -> [UInt8] {
        guard let format = CompressionFormat(prefix: blob) else { return blob }
        var decompressor = try Decompressor(format)
        var content: [UInt8] = []
        try blob.withUnsafeBytes { try decompressor.feed($0) { content.append(contentsOf: $0) } }
        return content
    }

    /// Layers that do not compress, each larger than what may wait on its way.
    static func largeArchive() throws -> [UInt8] { try large.get() }

    private static let large = Result {
        try ImageBuilder((1...5).map { ImageBuilder.noiseLayer(3 << 20, seed: $0) }).archive()
    }
}
