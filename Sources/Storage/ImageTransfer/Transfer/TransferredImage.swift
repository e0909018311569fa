// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import JSON

/// An image of which all layers are in the registry, but which nobody can see yet.
struct TransferredImage: Sendable {
    let image: ImageInArchive
    /// From the lowest up.
    let layers: [ImageTransferOutcome.Layer]
    /// What the target's tag stands for now, if it is known.
    var current: (digest: Digest, manifest: ImageManifest)?

    /// - Parameters:
    ///   - finished: by the path in the archive.
    /// - Throws: ``ImageTransferError`` if what was read is not what the archive's own documents say.
    init(
        _ image: ImageInArchive,
        _ finished: [String: LayerPipe.Result],
        known: [Digest: Descriptor] = [:]
    ) throws(ImageTransferError) {
        self.image = image
        var layers: [ImageTransferOutcome.Layer] = []
        for layer in image.layers {
            let result = finished[layer.path]
            if let result { try Self.verify(result, layer) }
            guard var descriptor = result?.descriptor ?? known[layer.diffID] else {
                throw .invalid("\(layer.path) is not a layer")
            }
            if let result { descriptor = result.annotated(descriptor) }
            let wasThere = result?.descriptor == nil
            layers.append(.init(diffID: layer.diffID, descriptor: descriptor, wasThere: wasThere))
        }
        self.layers = layers
    }

    private static func verify(
        _ result: LayerPipe.Result,
        _ layer: ImageInArchive.Layer
    ) throws(ImageTransferError) {
        guard result.diffID == layer.diffID else {
            throw ImageTransferError(
                .digestMismatch,
                "\(layer.path) contains \(result.diffID), but the image's configuration says \(layer.diffID)",
                advice: "the archive is damaged: make it again"
            )
        }
        // The archive's manifest speaks of the file as it lies there. What it calls compressed has to be so: what we compress
        // gets another digest, and the manifest would name a blob that the registry does not have.
        if let stated = layer.stated, layer.isCompressed == true, result.file != stated.digest {
            let found = result.file.map { "\($0)" } ?? "not compressed"
            throw ImageTransferError(
                .digestMismatch,
                "\(layer.path) is \(found), but the archive's manifest says \(stated.digest), of type \(stated.type)",
                advice: "the archive is damaged: make it again"
            )
        }
    }

    /// Whether one of the layers has the program, or the image says so.
    var containsKittiwake: Bool {
        image.saysKittiwake || layers.contains { KittiwakeSearch.finding(in: $0.descriptor) == true }
    }

    /// Sends what is left, the configuration and then the manifest, unless the tag stands for this image already.
    ///
    /// - Returns: the manifest's digest.
    func complete(in registry: Registry, _ target: ImageReference) async throws -> Digest {
        let configuration = image.configurationDescriptor
        // Also for an image that is there: this may be what it has lost.
        try await registry.upload(image.configuration, configuration)
        if let current, current.manifest.configuration.digest == configuration.digest,
            current.manifest.layers.map(\.digest) == layers.map(\.descriptor.digest)
        {
            return current.digest
        }
        // A manifest whose layers were all taken as they are stays what it was, and so does its digest.
        let isUntouched = image.layers.allSatisfy { $0.isCompressed == true }
        let made = ImageManifest(configuration: configuration, layers: layers.map(\.descriptor))
        let kept = isUntouched ? image.manifest : nil
        let (bytes, type) = kept ?? (made.jsonBytes, MediaType.manifest)
        let tag = target.tag ?? "latest"
        let digest = Digest(hash: SHA256.hash(bytes))
        // An attempt that was cut off behind its last step did all of it.
        if try await registry.has(digest, as: tag) { return digest }
        return try await registry.put(bytes, type: type, as: tag)
    }
}
