// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import ImageTransfer
import ObjectStorage
import TestStorage
import TestSupport
import Testing

@testable import Operator
@testable import Planning

/// The operator's way from an object into a registry, with servers that fail.
@Suite(.timeLimit(.minutes(5)))
struct ImageFromStorageTests {
    static func transfer(_ change: (inout S3Client.Limits) -> Void = { _ in }) -> ImageFromStorage {
        var limits = S3Client.Limits()
        limits.retry = RetryPolicy(attempts: 2) { _ in }
        change(&limits)
        return ImageFromStorage(
            HTTPClient(),
            environment: [:],
            endpoints: RegistryEndpoints(),
            storageAuthorities: nil,
            registryAuthorities: nil,
            limits: limits
        )
    }

    static func slot(_ key: String) -> ImageSlot { ImageSlot(stringLiteral: key) }

    static func wanted(_ key: String, _ store: String, _ registry: String, tag: String = "1.0") -> WantedImage {
        WantedImage(
            role: .worker,
            region: "eu-west-1",
            bucket: "images",
            key: key,
            endpoint: "http://\(store)",
            credentials: .keys(
                accessKeyID: Secret(FakeS3.credentials.accessKey),
                secretAccessKey: FakeS3.credentials.secretKey
            ),
            repository: "\(registry)/iceberg-kafka-connect-worker",
            tag: tag,
            registryLogin: nil
        )
    }

    static func archive(layers: Int) throws -> [UInt8] {
        try ImageBuilder((1...layers).map { ImageBuilder.noiseLayer(300_000, seed: UInt64($0)) }).archive()
    }

    @Test func aRetrySendsOnlyWhatIsMissing() async throws {
        let store = FakeS3()
        store.put("/images/worker.tar", try Self.archive(layers: 3))
        let fake = FakeRegistry()
        let uploads = Locked(0)
        let transfer = Self.transfer()
        try await withServer(store.handle) { storeHost in
            try await withServer { request in
                // Full when the third layer ends, and roomy again afterwards.
                if request.method == "PUT", request.path.contains("/uploads/") {
                    let count = uploads.withLock { uploads in
                        uploads += 1
                        return uploads
                    }
                    if count == 3 { return ServerResponse(507) }
                }
                return fake.handle(request)
            } _: { registryHost in
                let wanted = Self.wanted("worker.tar", storeHost, registryHost)
                await #expect(throws: ImageFailure.self) { try await transfer(wanted, KnownImage()) { _ in } }
                #expect(fake.manifests.isEmpty)
                let there = fake.blobs.count
                fake.forgetRequests()
                let outcome = try await transfer(wanted, KnownImage()) { _ in }
                #expect(fake.manifests["\(outcome.digest)"] != nil)
                #expect(fake.requests.count { $0.hasPrefix("PATCH") } == 3 - there)
            }
        }
    }

    @Test func aFullRegistryHasAReasonOfItsOwn() async throws {
        let store = FakeS3()
        store.put("/images/worker.tar", try Self.archive(layers: 1))
        let transfer = Self.transfer()
        try await withServer(store.handle) { storeHost in
            let fake = FakeRegistry()
            try await withServer { request in
                request.method == "PATCH" ? ServerResponse(507) : fake.handle(request)
            } _: { registryHost in
                do {
                    _ = try await transfer(Self.wanted("worker.tar", storeHost, registryHost), KnownImage()) { _ in }
                    Issue.record("the registry is full")
                } catch let failure as ImageFailure {
                    #expect(failure.reason == "RegistryOutOfSpace")
                    #expect(failure.message.contains("make room"))
                }
                #expect(fake.manifests.isEmpty)
            }
        }
    }

    /// Three stores at once: one sends a byte now and then, one stops in the middle, one works.
    @Test func aStoreThatIsTooSlowIsGivenUpAndDelaysNobody() async throws {
        let store = FakeS3()
        let archive = try Self.archive(layers: 2)
        let keys = ["drips", "stops", "works"]
        for key in keys { store.put("/images/\(key)", archive) }
        let transfer = Self.transfer { $0.slowest = HTTPRequest.Speed(bytes: 3 << 10, in: .seconds(3)) }
        let end = Latch()
        let fake = FakeRegistry()
        try await withServer { request in
            guard request.method == "GET", !request.path.hasSuffix("works") else { return store.handle(request) }
            return Self.slow(request, archive, until: end)
        } _: { storeHost in
            try await withServer(fake.handle) { registryHost in
                defer { end.open() }
                let transfers = ImageTransfers<ContinuousClock>(
                    limit: 3,
                    recheck: .seconds(300),
                    clock: ContinuousClock(),
                    transfer: transfer.callAsFunction,
                    changed: { _ in }
                )
                for key in keys {
                    transfers.want(Self.wanted(key, storeHost, registryHost, tag: key), in: Self.slot(key), known: nil)
                }
                _ = await running({ await transfers.run() }) { cancel in
                    let isOver = { (key: String) in
                        switch transfers.wanted(in: Self.slot(key))?.state {
                        case .present, .failed: true
                        case .waiting, .running, nil: false
                        }
                    }
                    await until { keys.allSatisfy(isOver) }
                    for key in ["drips", "stops"] {
                        guard case .failed(let failure, _)? = transfers.wanted(in: Self.slot(key))?.state else {
                            Issue.record("\(key) should have failed")
                            continue
                        }
                        #expect(failure.reason == "StorageTooSlow")
                    }
                    cancel()
                }
                #expect(fake.manifests["works"] != nil)
                #expect(fake.manifests["drips"] == nil && fake.manifests["stops"] == nil)
            }
        }
    }

    /// An answer that has the right head, and then a byte now and then, or a piece and no more.
    private static func slow(_ request: ServerRequest, _ archive: [UInt8], until end: Latch) -> ServerResponse {
        let text = (request.header("range") ?? "").dropFirst("bytes=".count)
        let range = text.split(separator: "-").compactMap { Int($0) }
        let (first, last) = (range.first ?? 0, min(range.last ?? 0, archive.count - 1))
        let isDripping = request.path.hasSuffix("drips")
        let body = ServerResponse.Body.stream { writer in
            if !isDripping {
                try await writer.write(Array(archive[first...(first + (last - first) / 2)]))
                return try await end.wait()
            }
            for byte in archive[first...last] where !end.isOpen {
                try await writer.write([byte])
                try await Task.sleep(for: .milliseconds(20))  // it is the slowness that is tested
            }
        }
        let headers = [("Content-Range", "bytes \(first)-\(last)/\(archive.count)"), ("ETag", FakeS3.etag(archive))]
        return ServerResponse(206, headers: headers, body: body)
    }
}
