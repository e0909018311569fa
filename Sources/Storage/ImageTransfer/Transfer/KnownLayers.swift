// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

/// What the registry has already, by what the layers contain.
///
/// A layer's name in the registry is the digest of its compressed form, which only compressing it would tell. But an
/// image that is there says both: its manifest names the compressed layers, its configuration their contents.
struct KnownLayers: Sendable {
    private var layers: [Digest: Descriptor] = [:]
    /// What the target's tag stands for now.
    private(set) var current: (digest: Digest, manifest: ImageManifest)?

    init(_ remembered: [ImageTransferOutcome.Layer]) {
        for layer in remembered { layers[layer.diffID] = layer.descriptor }
    }

    /// The blob that contains this; whether it is still there has to be asked.
    subscript(diffID: Digest) -> Descriptor? { layers[diffID] }

    /// Learns from what a tag or a digest stands for. What is no image that is understood here teaches nothing.
    ///
    /// - Parameter isTarget: it is the tag that the transfer is about to set.
    mutating func learn(from registry: Registry, _ name: String, isTarget: Bool) async throws {
        guard let stored = try await registry.manifest(name),
            let manifest = try? JSONDocument(parsing: stored.bytes).decode(ImageManifest.self)
        else { return }
        if isTarget { current = (stored.digest, manifest) }
        let bytes: [UInt8]
        do {
            bytes = try await registry.blob(manifest.configuration)
        } catch let error as ImageTransferError
            where error.code == .imageNotFound || error.code == .registryDigestMismatch
        {
            return  // an image of which a part was lost
        }
        guard let configuration = try? JSONDocument(parsing: bytes).decode(ImageConfiguration.self),
            configuration.diffIDs.count == manifest.layers.count
        else { return }
        for (text, layer) in zip(configuration.diffIDs, manifest.layers) {
            guard let diffID = Digest(text) else { continue }
            var layer = layer
            layer.type = MediaType.standardised(layer.type)
            let isCompressed = layer.type == MediaType.gzipLayer || layer.type == MediaType.zstdLayer
            if isCompressed { layers[diffID] = layer }
        }
    }
}
