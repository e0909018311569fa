// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import JSON
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

/// What is there already is neither read nor sent.
@Suite(.timeLimit(.minutes(5)))
struct ReuseTests {
    func sends(_ fake: FakeRegistry) -> [String] {
        fake.requests.filter { !$0.hasPrefix("HEAD") && !$0.hasPrefix("GET") }
    }

    @Test(.rows(29)) func anUnchangedObjectIsNotReadAndTheImageOnlyLookedFor() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive, version: "\"a\""), target)
            #expect(first.version == "\"a\"")
            #expect(!first.wasUnchanged)
            fake.forgetRequests()
            let source = MemorySource(archive, version: "\"a\"")
            let previous = ImageTransferJob.Previous(version: "\"a\"", digest: first.digest, containsKittiwake: true)
            let second = try await TransferRig.transfer(source, target, previous: previous)
            #expect(second.wasUnchanged)
            #expect(second.digest == first.digest)
            #expect(second.containsKittiwake)
            #expect(source.bytesTaken == 0)
            // The image, its configuration and its layers are looked for, and nothing else is done.
            #expect(fake.requests.count == 5)
            #expect(fake.requests.first == "GET /v2/kafka/worker/manifests/\(first.digest)")
            #expect(fake.requests.dropFirst().allSatisfy { $0.hasPrefix("HEAD /v2/kafka/worker/blobs/") })
        }
    }

    @Test(arguments: [true, false]) func anImageThatLostAPartIsMended(trustsTarget: Bool) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive, version: "1"), target)
            let configuration = try TransferRig.manifest(fake.manifests["1.0"] ?? []).configuration
            for lost in [first.layers[1].descriptor.digest, configuration.digest] {
                fake.remove(blob: "\(lost)")
                let previous = ImageTransferJob.Previous(version: "1", digest: first.digest)
                let source = MemorySource(archive, version: "1")
                let outcome = try await TransferRig.transfer(source, target, previous: previous) {
                    $0.trustsTarget = trustsTarget
                }
                #expect(!outcome.wasUnchanged)
                #expect(outcome.digest == first.digest)
                #expect(fake.blobs["\(lost)"] != nil)
            }
        }
    }

    // MARK: Whom to believe

    /// What somebody else can push: the right configuration, and blobs of his own.
    func forge(_ image: ImageBuilder, in fake: FakeRegistry, sizeOff: Int = 0) throws -> [String] {
        let blobs = try image.layers.indices.map { try ImageBuilder.gzip(ImageBuilder.textLayer("mine \($0)\n")) }
        for blob in blobs + [image.configuration] { fake.put(blob: blob) }
        let layers = blobs.map { blob in
            let type = "application/vnd.oci.image.layer.v1.tar+gzip"
            let size = blob.count + sizeOff
            return #"{"mediaType":"\#(type)","digest":"\#(ImageBuilder.digest(blob))","size":\#(size)}"#
        }
        let type = "application/vnd.oci.image.manifest.v1+json"
        let configuration = image.descriptor("application/vnd.oci.image.config.v1+json", image.configuration)
        let list = layers.joined(separator: ",")
        let manifest = #"{"schemaVersion":2,"mediaType":"\#(type)","config":\#(configuration),"layers":[\#(list)]}"#
        fake.put(manifest: Array(manifest.utf8), type: type, as: "1.0")
        return blobs.map(ImageBuilder.digest)
    }

    @Test func anImageThatStandsThereIsNotBelieved() async throws {
        let image = ImageBuilder.ordinary
        let archive = try image.archive()
        let honest = try await TransferRig.withRegistry { target, _ in
            try await TransferRig.transfer(MemorySource(archive), target).digest
        }
        try await TransferRig.withRegistry { target, fake in
            let forged = try forge(image, in: fake)
            let outcome = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(outcome.digest == honest)
            #expect(outcome.layers.map(\.wasThere) == [false, false, false])
            let manifest = String(decoding: fake.manifests["1.0"] ?? [], as: UTF8.self)
            #expect(forged.allSatisfy { !manifest.contains($0) })
        }
    }

    /// As after a kill behind the last step.
    @Test func aTagThatStandsForTheVeryImageIsNotSetAgain() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive), target)
            fake.forgetRequests()
            let outcome = try await TransferRig.transfer(MemorySource(archive), target) {
                $0.knownLayers = first.layers
            }
            #expect(outcome.digest == first.digest)
            #expect(sends(fake).isEmpty)
        }
    }

    @Test func aBlobOfAnotherSizeIsNotBelievedEvenThen() async throws {
        let image = ImageBuilder.ordinary
        let archive = try image.archive()
        try await TransferRig.withRegistry { target, fake in
            _ = try forge(image, in: fake, sizeOff: 1)
            let outcome = try await TransferRig.transfer(MemorySource(archive), target) { $0.trustsTarget = true }
            #expect(outcome.layers.map(\.wasThere) == [false, false, false])
        }
    }

    @Test(arguments: [403, 400, 200]) func aTagThatMayNotBeReadTeachesNothing(status: Int) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "GET", request.path.contains("manifests") else { return nil }
            return ServerResponse(status, headers: [], body: .bytes([UInt8](repeating: 0x20, count: 9 << 20)))
        } _: { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target) { $0.trustsTarget = true }
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    // MARK: Attempts that failed

    @Test func whatABrokenAttemptHasSentIsNeitherReadNorSentAgain() async throws {
        var image = ImageBuilder((1...4).map { ImageBuilder.noiseLayer(400_000, seed: $0) })
        image.layers.append(ImageBuilder.noiseLayer(2 << 20, seed: 9))
        let archive = try image.archive()
        let mayEnd = Locked(false)
        let ended = Locked(0)
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            // Four layers arrive, the fifth does not.
            guard request.method == "PUT", request.path.contains("uploads") else { return nil }
            if mayEnd.withLock({ $0 }) { return nil }
            let number = ended.withLock { ended in
                ended += 1
                return ended
            }
            return number > 4 ? FakeRegistry.error(403, "DENIED") : nil
        } _: { target, fake in
            let transfer = ImageTransfer(HTTPClient(), limits: TransferRig.limits, sent: SentLayers())
            let job = { @Sendable (source: MemorySource) in ImageTransferJob(source: source, target: target) }
            let error = await TransferRig.failure { try await transfer.transfer(job(MemorySource(archive))) }
            #expect(error?.code == .registryForbidden)
            mayEnd.withLock { $0 = true }
            fake.forgetRequests()
            let source = MemorySource(archive)
            let outcome = try await transfer.transfer(job(source))
            #expect(outcome.layers.count { !$0.wasThere } == 1)
            #expect(sends(fake).count { $0.hasPrefix("PATCH") } == 1)
            #expect(source.bytesTaken < (2 << 20) + 6 * 65_536 + 10_000)
            // The same image as without the break.
            let fresh = try await TransferRig.withRegistry { target, _ in
                try await TransferRig.transfer(MemorySource(archive), target).digest
            }
            #expect(outcome.digest == fresh)
        }
    }

    /// Of an archive that is compressed as a whole, or comes through a pipe: its layers are read, but not sent again.
    @Test(.rows(29), arguments: [ImageBuilder.Layout.blobs, .oci], ImageBuilder.Packing.allCases)
    func whatABrokenAttemptHasSentOfAStreamIsNotSentAgain(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        var image = ImageBuilder((1...4).map { ImageBuilder.noiseLayer(100_000, seed: $0) })
        (image.layout, image.packing) = (layout, packing)
        let archive = try image.archive()
        let mayEnd = Locked(false)
        let known = Locked<[ImageTransferOutcome.Layer]>([])
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "PUT", request.path.contains("manifests"), !mayEnd.withLock({ $0 }) else {
                return nil
            }
            return FakeRegistry.error(403, "DENIED")
        } _: { target, fake in
            let job = ImageTransferJob(source: MemorySource(archive, isStream: true), target: target)
            let error = await TransferRig.failure {
                try await ImageTransfer(HTTPClient(), limits: TransferRig.limits).transfer(job) { progress in
                    known.withLock { $0 = progress.layers }
                }
            }
            #expect(error?.code == .registryForbidden)
            mayEnd.withLock { $0 = true }
            fake.forgetRequests()
            // As another process, which knows what the resource's status says.
            let outcome = try await TransferRig.transfer(MemorySource(archive, isStream: true), target) {
                $0.knownLayers = known.withLock { $0 }
                $0.looksForKittiwake = true
            }
            #expect(sends(fake) == ["PUT /v2/kafka/worker/manifests/1.0"])
            #expect(outcome.layers.map(\.wasThere) == [true, true, true, true])
            let fresh = try await TransferRig.withRegistry { target, _ in
                try await TransferRig.transfer(MemorySource(archive), target).digest
            }
            #expect(outcome.digest == fresh)
        }
    }

    @Test(arguments: ImageBuilder.Packing.allCases)
    func aLayerThatOnlyBearsTheNameOfABlobThatIsThereIsNoticed(packing: ImageBuilder.Packing) async throws {
        var image = ImageBuilder([ImageBuilder.noiseLayer(100_000, seed: 1)])
        image.packing = packing
        let layer = try image.pack(image.layers[0])
        let planted = ImageBuilder.noise(layer.count, seed: 2)
        let name = "blobs/sha256/\(ImageBuilder.digest(planted).dropFirst("sha256:".count))"
        var tar = TarWriter()
        tar.file(name, layer)
        tar.file("c.json", image.configuration)
        tar.file("manifest.json", #"[{"Config":"c.json","RepoTags":[],"Layers":["\#(name)"]}]"#)
        tar.finish()
        let archive = tar.bytes
        let digest = try #require(Digest(ImageBuilder.digest(planted)))
        let blob = Descriptor(type: MediaType.gzipLayer, digest: digest, size: Int64(planted.count))
        try await TransferRig.withRegistry { target, fake in
            fake.put(blob: planted)
            let error = await TransferRig.failure {
                try await TransferRig.transfer(MemorySource(archive, isStream: true), target) {
                    $0.knownLayers = [.init(diffID: digest, descriptor: blob, wasThere: true)]
                }
            }
            #expect(error?.code == .digestMismatch)
            #expect(fake.manifests.isEmpty)
        }
    }

    @Test func anImageThatWasLostIsBroughtAgain() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let digest = try #require(Digest(ImageBuilder.digest([1])))
            let previous = ImageTransferJob.Previous(version: "\"a\"", digest: digest)
            let outcome = try await TransferRig.transfer(
                MemorySource(archive, version: "\"a\""),
                target,
                previous: previous
            )
            #expect(!outcome.wasUnchanged)
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    @Test(.rows(29), arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func theSameImageUnderAnotherKeyIsNotSentAgain(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        let image = ImageBuilder.ordinary(layout, packing)
        let archive = try image.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive), target)
            fake.forgetRequests()
            let source = MemorySource(archive)
            let second = try await TransferRig.transfer(source, target) { $0.trustsTarget = true }
            #expect(second.digest == first.digest)
            #expect(sends(fake).isEmpty)
            #expect(second.bytesSent == 0)
            #expect(second.layers.map(\.wasThere) == [true, true, true])
            // Headers and documents, not the layer of 300 kB that does not compress.
            #expect(source.bytesTaken < 200_000)
        }
    }

    @Test func oneChangedLayerIsTheOnlyOneThatIsReadAndSent() async throws {
        var image = ImageBuilder([
            ImageBuilder.noiseLayer(400_000, seed: 1), ImageBuilder.noiseLayer(300_000, seed: 2),
            ImageBuilder.noiseLayer(50_000, seed: 3),
        ])
        let before = try image.archive()
        image.layers[2] = ImageBuilder.noiseLayer(50_000, seed: 4)
        let after = try image.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(before), target)
            let source = MemorySource(after)
            let second = try await TransferRig.transfer(source, target) { $0.trustsTarget = true }
            #expect(second.digest != first.digest)
            #expect(second.layers.map(\.wasThere) == [true, true, false])
            #expect(second.layers.prefix(2).map(\.descriptor) == first.layers.prefix(2).map(\.descriptor))
            #expect(second.bytesSent < 60_000)
            #expect(source.bytesTaken < 60_000 + 3 * 65_536 + 10_000)
            // The result is the one that a fresh registry would have got.
            let fresh = try await TransferRig.withRegistry { target, _ in
                try await TransferRig.transfer(MemorySource(after), target).digest
            }
            #expect(second.digest == fresh)
        }
    }

    @Test func aNewTagLearnsFromTheImageOfTheLastTransfer() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive, version: "1"), target)
            fake.forgetRequests()
            let next = try ImageReference(parsing: "\(target.registry)/\(target.repository):2.0")
            let previous = ImageTransferJob.Previous(version: "1", digest: first.digest)
            let outcome = try await TransferRig.transfer(MemorySource(archive, version: "2"), next, previous: previous)
            #expect(outcome.digest == first.digest)
            #expect(sends(fake) == ["PUT /v2/kafka/worker/manifests/2.0"])
            #expect(fake.manifests["2.0"] == fake.manifests["1.0"])
        }
    }

    @Test func whatTheCallerRemembersOfABrokenAttemptIsNotSentAgain() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive), target)
            fake.forgetRequests()
            let other = try ImageReference(parsing: "\(target.registry)/\(target.repository):other")
            let outcome = try await TransferRig.transfer(MemorySource(archive), other) { $0.knownLayers = first.layers }
            #expect(outcome.digest == first.digest)
            #expect(sends(fake) == ["PUT /v2/kafka/worker/manifests/other"])
        }
    }

    @Test func aLayerThatTheRegistryHasLostIsSentAgain() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive), target)
            let lost = first.layers[1].descriptor.digest
            fake.remove(blob: "\(lost)")
            let second = try await TransferRig.transfer(MemorySource(archive), target) { $0.trustsTarget = true }
            #expect(second.digest == first.digest)
            #expect(second.layers.map(\.wasThere) == [true, false, true])
            #expect(fake.blobs["\(lost)"] != nil)
        }
    }

    /// As `docker push` or skopeo leave it: Docker's names for the same things, other compressed bytes.
    @Test func anImageThatAnotherToolHasPushedIsTakenAsItIs() async throws {
        let image = ImageBuilder.ordinary
        let archive = try image.archive()
        let blobs = try image.layers.map(ImageBuilder.gzip)
        let type = "application/vnd.docker.distribution.manifest.v2+json"
        let layers = blobs.map { image.descriptor("application/vnd.docker.image.rootfs.diff.tar.gzip", $0) }
        let configuration = image.descriptor("application/vnd.docker.container.image.v1+json", image.configuration)
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(type)","config":\(configuration),"layers":[\(layers.joined(separator: ","))]}
            """
        try await TransferRig.withRegistry { target, fake in
            for blob in blobs + [image.configuration] { fake.put(blob: blob) }
            fake.put(manifest: Array(manifest.utf8), type: type, as: "1.0")
            let outcome = try await TransferRig.transfer(MemorySource(archive), target) { $0.trustsTarget = true }
            #expect("\(outcome.digest)" == ImageBuilder.digest(Array(manifest.utf8)))
            #expect(sends(fake).isEmpty)
        }
    }

    @Test(arguments: ["{}", "[]", "no JSON", #"{"schemaVersion":1,"fsLayers":[]}"#])
    func aTagThatIsNoImageTeachesNothing(manifest: String) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry { target, fake in
            fake.put(manifest: Array(manifest.utf8), type: "application/vnd.oci.image.manifest.v1+json", as: "1.0")
            let outcome = try await TransferRig.transfer(MemorySource(archive), target) { $0.trustsTarget = true }
            #expect(outcome.layers.map(\.wasThere) == [false, false, false])
        }
    }

    @Test func anUntouchedManifestKeepsItsDigest() async throws {
        for packing in [ImageBuilder.Packing.gzip, .zstd] {
            let image = ImageBuilder.ordinary(.oci, packing)
            let archive = try image.archive()
            let manifest = try image.ociManifest
            try await TransferRig.withRegistry { target, fake in
                let outcome = try await TransferRig.transfer(MemorySource(archive), target)
                #expect("\(outcome.digest)" == ImageBuilder.digest(manifest))
                #expect(fake.manifests["1.0"] == manifest)
            }
        }
    }

    // MARK: kittiwake in the image

    static func withKittiwake(_ files: [String: String], entrypoint: [String] = ["java"]) -> ImageBuilder {
        var image = ImageBuilder([ImageBuilder.textLayer(), ImageBuilder.textLayer("x\n", files: files)])
        image.entrypoint = entrypoint
        return image
    }

    @Test(
        arguments: [
            (["usr/bin/kittiwake": "0000755"], ["java"], true),
            (["./usr/local/bin/kittiwake": "0000755"], ["java"], true),
            (["usr/bin/kittiwake": "0000644"], ["java"], false), (["opt/doc/kittiwake": "0000755"], ["java"], false),
            (["usr/bin/kittiwaken": "0000755"], ["java"], false), ([:], ["/app/kittiwake", "coordinator"], true),
            ([:], [], false),
        ] as [([String: String], [String], Bool)]
    )
    func theProgramIsFoundInTheImage(files: [String: String], entrypoint: [String], isThere: Bool) async throws {
        for layout in ImageBuilder.Layout.allCases {
            for packing in ImageBuilder.Packing.allCases {
                var image = Self.withKittiwake(files, entrypoint: entrypoint)
                (image.layout, image.packing) = (layout, packing)
                let archive = try image.archive()
                for isStream in [true, false] {
                    try await TransferRig.withRegistry { target, _ in
                        let source = MemorySource(archive, isStream: isStream)
                        let outcome = try await TransferRig.transfer(source, target) { $0.looksForKittiwake = true }
                        #expect(outcome.containsKittiwake == isThere)
                    }
                }
            }
        }
    }

    @Test(arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func whatWasFoundIsStillKnownWhenNoLayerIsSent(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        var image = Self.withKittiwake(["usr/bin/kittiwake": "0000755"])
        (image.layout, image.packing) = (layout, packing)
        let archive = try image.archive()
        let isKept = !(layout == .oci && packing != .plain)  // somebody else's manifest says nothing
        try await TransferRig.withRegistry { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            fake.forgetRequests()
            let source = MemorySource(archive)
            let outcome = try await TransferRig.transfer(source, target) {
                $0.looksForKittiwake = true
                $0.trustsTarget = true
            }
            #expect(outcome.containsKittiwake)
            #expect(sends(fake).isEmpty)
            if isKept { #expect(outcome.bytesRead < 10_000) }
        }
    }
}
