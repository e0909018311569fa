// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

/// Sources and registries that fail: the error says so, everybody ends, and nothing is visible.
///
/// One after the other: each has many threads and sockets, and some count on being answered within seconds.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct FaultTests {
    @Test(arguments: [true, false], [200_000, 3_500_000, 9_000_000] as [Int64])
    func aSourceThatFailsIsTheError(isStream: Bool, position: Int64) async throws {
        let archive = try TransferRig.largeArchive()
        try await TransferRig.withRegistry { target, fake in
            await #expect(throws: MemorySource.Broken()) {
                try await TransferRig.transfer(MemorySource(archive, isStream: isStream, failsAt: position), target)
            }
            #expect(fake.manifests.isEmpty)
            // What has been begun is taken back, but for an upload whose beginning was still on its way.
            #expect(fake.openUploads <= 1)
        }
    }

    @Test(arguments: [true, false], ["POST", "PATCH", "PUT"])
    func aRegistryThatRefusesEndsTheTransfer(isStream: Bool, method: String) async throws {
        let archive = try TransferRig.largeArchive()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            request.method == method ? FakeRegistry.error(403, "DENIED") : nil
        } _: { target, fake in
            let error = await TransferRig.failure {
                try await TransferRig.transfer(MemorySource(archive, isStream: isStream, pieceSize: 8 << 20), target)
            }
            #expect(error?.code == .registryForbidden)
            #expect(fake.manifests.isEmpty)
            // What has been begun is taken back, but for an upload whose beginning was still on its way.
            #expect(fake.openUploads <= 1)
        }
    }

    /// As real servers refuse: at once, while the body is still on its way.
    @Test(arguments: [true, false], ImageBuilder.Packing.allCases)
    func aRefusalBeforeTheEndOfALayerIsTheError(isStream: Bool, packing: ImageBuilder.Packing) async throws {
        var image = ImageBuilder((1...5).map { ImageBuilder.noiseLayer(3 << 20, seed: $0) })
        (image.layout, image.packing) = (.blobs, packing)
        let archive = try image.archive()
        for (status, code) in [(413, .registryRefused), (503, .registryFailing)] as [(Int, ImageTransferError.Code)] {
            let head = "HTTP/1.1 \(status) No\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
            // That the upload is taken back gets no answer, so that everybody else has the time to notice.
            let answers = try RawServer(answering: head + "no", to: "PATCH")
            defer { answers.stop() }
            try await TransferRig.withRegistry(FakeRegistry()) { request in
                request.method == "POST" ? upload(to: answers) : nil
            } _: { target, fake in
                var limits = TransferRig.limits
                (limits.answer, limits.abandon, limits.retry.attempts) = (.seconds(20), .milliseconds(100), 1)
                let transfer = ImageTransfer(HTTPClient(), limits: limits)
                let job = ImageTransferJob(source: MemorySource(archive, isStream: isStream), target: target)
                let error = await TransferRig.failure { try await transfer.transfer(job) }
                #expect(error?.code == code, "\(error.map { "\($0)" } ?? "")")
                #expect(error?.message.contains("answered with \(status)") == true)
                #expect(fake.manifests.isEmpty)
            }
        }
    }

    /// Some answer with success, and close, before they have all of a layer.
    @Test(arguments: [true, false]) func aSuccessBeforeTheEndOfALayerIsNone(isStream: Bool) async throws {
        let archive = try TransferRig.largeArchive()
        let head = "HTTP/1.1 202 Accepted\r\nConnection: close\r\nLocation: /upload\r\nContent-Length: 0\r\n\r\n"
        let answers = try RawServer(answering: head, to: "PATCH")
        defer { answers.stop() }
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            request.method == "POST" ? upload(to: answers) : nil
        } _: { target, fake in
            var limits = TransferRig.limits
            limits.abandon = .milliseconds(100)
            let transfer = ImageTransfer(HTTPClient(), limits: limits)
            let job = ImageTransferJob(source: MemorySource(archive, isStream: isStream), target: target)
            let error = await TransferRig.failure { try await transfer.transfer(job) }
            #expect(error?.code == .registryFailing)
            #expect(error?.message.contains("before all of it had been sent") == true)
            #expect(fake.manifests.isEmpty)
        }
    }

    /// Whoever reads a layer that is there already, only to look at it, waits for nobody who could tell him.
    @Test func aRefusalIsToldWhileAnotherLayerIsOnlyLookedAt() async throws {
        let small = ImageBuilder.textLayer()
        let there = Array("what the registry has".utf8)
        let digest = try #require(Digest(ImageBuilder.digest(there)))
        let large = LongArchive { tar in
            tar.file("blobs/sha256/\(ImageBuilder.digest(small).dropFirst(7))", small)
            tar.header("blobs/sha256/\(digest.hex)", sizeField: TarWriter.octal(8 << 30 - 1, 11))
            tar.header("app.jar", sizeField: TarWriter.octal(4 << 30, 11))
        }
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "PUT" else { return nil }
            try? await large.isBeingRead.wait()
            return FakeRegistry.error(403, "DENIED")
        } _: { target, fake in
            fake.put(blob: there)
            var job = ImageTransferJob(source: large, target: target)
            let blob = Descriptor(type: MediaType.gzipLayer, digest: digest, size: Int64(there.count))
            job.knownLayers = [.init(diffID: digest, descriptor: blob, wasThere: true)]
            let transfer = ImageTransfer(HTTPClient(), limits: TransferRig.limits)
            let error = await TransferRig.failure { [job] in try await transfer.transfer(job) }
            #expect(error?.code == .registryForbidden)
            #expect(!large.hasEnded)
        }
    }

    @Test func anEarlyRefusalForAMomentCostsOneLayer() async throws {
        let archive = try TransferRig.largeArchive()
        let answers = try RawServer(
            answering: "HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            to: "PATCH"
        )
        defer { answers.stop() }
        let uploads = Locked(0)
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "POST" else { return nil }
            let isFirst = uploads.withLock { uploads in
                uploads += 1
                return uploads == 1
            }
            return isFirst ? upload(to: answers) : nil
        } _: { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    @Test(arguments: ["PATCH", "PUT"]) func aRegistryThatFailsForAMomentCostsOneLayer(method: String) async throws {
        let archive = try TransferRig.largeArchive()
        let failures = Locked(0)
        let outcome = try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == method else { return nil }
            let isFirst = failures.withLock { failures in
                failures += 1
                return failures == 2
            }
            return isFirst ? ServerResponse(503) : nil
        } _: { target, fake in
            let outcome = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
            #expect(fake.openUploads == 0)
            return outcome
        }
        let fresh = try await TransferRig.withRegistry { target, _ in
            try await TransferRig.transfer(MemorySource(archive), target).digest
        }
        #expect(outcome.digest == fresh)
    }

    @Test(arguments: [true, false]) func aTransferThatIsCancelledEnds(isStream: Bool) async throws {
        let archive = try TransferRig.largeArchive()
        let begun = Recorder<String>()
        let end = Latch()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "PATCH" else { return nil }
            begun.record(request.path)
            try? await end.wait()
            return nil
        } _: { target, fake in
            defer { end.open() }
            let result = await running {
                try await TransferRig.transfer(MemorySource(archive, isStream: isStream, pieceSize: 8 << 20), target)
            } while: { cancel in
                await begun.wait(for: 1)
                cancel()
            }
            #expect(throws: CancellationError.self) { try result.get() }
            #expect(fake.manifests.isEmpty)
        }
    }

    @Test func aTransferMayBeCancelledAtAnyMoment() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            for round in 0..<60 {
                let source = MemorySource(archive, isStream: round.isMultiple(of: 2), pieceSize: 50_000)
                let result = await running {
                    try await TransferRig.transfer(source, target)
                } while: { cancel in
                    for _ in 0..<round * 40 { await Task.yield() }
                    cancel()
                }
                if case .failure(let error) = result { #expect(error is CancellationError) }
            }
            // And then it works.
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    /// As docker-registry 2.8 answers when its disk is full, and as others do.
    static let fullDisks: [(Int, String, String)] = [
        (500, "UNKNOWN", #"{"DriverName":"filesystem","Enclosed":{"Op":"write","Path":"/data","Err":28}}"#),
        (500, "UNKNOWN", #""write /data: no space left on device""#),
        (500, "UNKNOWN", #""disk quota exceeded""#),
        (507, "", ""),
    ]

    @Test(arguments: ["POST", "PATCH", "PUT /v2/kafka/worker/blobs", "PUT /v2/kafka/worker/manifests"])
    func aDiskThatIsFullSaysSo(call: String) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        for answer in Self.fullDisks {
            try await TransferRig.withRegistry(FakeRegistry()) { request in
                guard "\(request.method) \(request.path)".hasPrefix(call) else { return nil }
                return answer.1.isEmpty ? ServerResponse(answer.0) : FakeRegistry.error(answer.0, answer.1, answer.2)
            } _: { target, fake in
                let error = await TransferRig.failure { try await TransferRig.transfer(MemorySource(archive), target) }
                #expect(error?.code == .registryOutOfSpace)
                #expect(error?.reason == "RegistryOutOfSpace")
                #expect(error?.advice?.contains("make room") == true)
                #expect(fake.manifests.isEmpty)
                // Asking again fills no disk any less.
                #expect(fake.requests.count { $0.hasPrefix("POST") } <= 4)
            }
        }
    }

    @Test(arguments: ["PUT /v2/kafka/worker/blobs", "PUT /v2/kafka/worker/manifests"])
    func aRegistryThatStoresSomethingElseIsNoticed(call: String) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard "\(request.method) \(request.path)".hasPrefix(call) else { return nil }
            return ServerResponse(201, headers: [("Docker-Content-Digest", ImageBuilder.digest([1]))])
        } _: { target, _ in
            let error = await TransferRig.failure { try await TransferRig.transfer(MemorySource(archive), target) }
            #expect(error?.code == .registryDigestMismatch)
        }
    }

    @Test func aRegistryThatIsNotThereIsUnreachable() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        let target = try await TransferRig.withRegistry { target, _ in target }
        let error = await TransferRig.failure { try await TransferRig.transfer(MemorySource(archive), target) }
        #expect(error?.code == .registryUnreachable)
        #expect(error?.advice?.contains("REGISTRY_ENDPOINTS") == true)
    }

    @Test func somethingThatIsNoRegistryIsNotMistakenForOne() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(FakeRegistry()) { _ in
            ServerResponse(200, text: "<html>Welcome</html>")
        } _: { target, _ in
            let error = await TransferRig.failure { try await TransferRig.transfer(MemorySource(archive), target) }
            #expect(error?.code == .registryRefused)
        }
    }

    @Test func progressNamesBothStagesAndEveryLayer() async throws {
        let archive = try TransferRig.largeArchive()
        let reports = Recorder<ImageTransferProgress>()
        try await TransferRig.withRegistry { target, _ in
            let job = ImageTransferJob(source: MemorySource(archive), target: target)
            _ = try await ImageTransfer(.init(), limits: TransferRig.limits).transfer(job) { reports.record($0) }
        }
        let all = reports.all
        #expect(all.first?.stage == .reading)
        #expect(all.last?.stage == .completing)
        #expect(all.last?.layers.count == 5)
        #expect(all.last?.bytesRead == all.last?.bytesTotal)
        #expect((all.last?.bytesSent ?? 0) > 15 << 20)
        #expect(all.count > 10)
    }

    /// The answer to the beginning of an upload that goes on elsewhere.
    private func upload(to server: RawServer) -> ServerResponse {
        ServerResponse(202, headers: [("Location", "http://\(server.host)/upload")])
    }
}
