// SPDX-License-Identifier: Apache-2.0

import Basics
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

@Suite(.timeLimit(.minutes(5)))
struct ImageTransferTests {
    @Test(.rows(27), arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func everyKindOfArchiveGivesTheImageThatIsInIt(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        let image = ImageBuilder.ordinary(layout, packing)
        let archive = try image.archive()
        let layers = image.layers
        let configuration = image.configuration
        try await TransferRig.withRegistry { target, fake in
            let outcome = try await TransferRig.transfer(MemorySource(archive), target)
            let bytes = try #require(fake.manifests["1.0"])
            #expect("\(outcome.digest)" == ImageBuilder.digest(bytes))
            let manifest = try TransferRig.manifest(bytes)
            #expect(fake.blobs["\(manifest.configuration.digest)"] == configuration)
            #expect(manifest.layers.count == layers.count)
            for (descriptor, layer) in zip(manifest.layers, layers) {
                let blob = try #require(fake.blobs["\(descriptor.digest)"])
                #expect(Int64(blob.count) == descriptor.size)
                #expect(try TransferRig.content(blob) == layer)
            }
            #expect(fake.openUploads == 0)
        }
    }

    @Test(arguments: ImageBuilder.Layout.allCases, ImageBuilder.Packing.allCases)
    func itIsTheSameImageWhicheverWayItIsRead(
        layout: ImageBuilder.Layout,
        packing: ImageBuilder.Packing
    ) async throws {
        var image = ImageBuilder.ordinary(layout, packing)
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
        var layers: [Digest: [ImageTransferOutcome.Layer]] = [:]
        for source in sources {
            let outcome = try await TransferRig.withRegistry { target, _ in
                try await TransferRig.transfer(source, target)
            }
            layers[outcome.digest] = outcome.layers
        }
        #expect(layers.count == 1, "\(layers)")
    }

    @Test func anImageThatIsNotWhatItSaysStaysInvisible() async throws {
        var image = ImageBuilder.ordinary
        image.diffIDs = Array(repeating: "sha256:" + String(repeating: "0", count: 64), count: 3)
        let archive = try image.archive()
        for isStream in [true, false] {
            try await TransferRig.withRegistry { target, fake in
                let error = await TransferRig.failure {
                    try await TransferRig.transfer(MemorySource(archive, isStream: isStream), target)
                }
                #expect(error?.code == .digestMismatch)
                #expect(fake.manifests.isEmpty)
            }
        }
    }
}
