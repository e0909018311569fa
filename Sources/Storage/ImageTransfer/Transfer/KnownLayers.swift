// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

/// What the registry has already, by what the layers contain.
///
/// A layer's name in the registry is the digest of its compressed form, which only compressing it would tell. But an
/// image that is there says both: its manifest names the compressed layers, its configuration their contents. Nothing
/// proves that they belong together, so only images are asked whose author is believed.
struct KnownLayers: Sendable {
    private var layers: [Digest: Descriptor] = [:]
    /// What the target's tag stands for now.
    private(set) var current: (digest: Digest, manifest: ImageManifest)?

    private let sent: SentLayers

    /// Asks the registry for the images that may be believed.
    ///
    /// - Parameters:
    ///   - sent: by this process.
    ///   - previous: what came of the last transfer.
    init(_ job: ImageTransferJob, _ registry: Registry, _ sent: SentLayers, _ previous: Digest?) async throws {
        self.sent = sent
        for layer in job.knownLayers { layers[layer.diffID] = layer.descriptor }
        if job.trustsTarget { try await learn(from: registry, job.target.tag ?? "latest", isTarget: true) }
        if let previous, previous != current?.digest {
            try await learn(from: registry, "\(previous)", isTarget: false)
        }
    }

    /// The blob that contains this; whether it is still there has to be asked.
    subscript(diffID: Digest) -> Descriptor? { sent[diffID] ?? layers[diffID] }

    /// Learns from what a tag or a digest stands for. What is no image that is understood here teaches nothing.
    ///
    /// - Parameter isTarget: it is the tag that the transfer is about to set.
    private mutating func learn(from registry: Registry, _ name: String, isTarget: Bool) async throws {
        guard let stored = try await Self.unlessRefused({ try await registry.manifest(name) }) ?? nil,
            let manifest = try? JSONDocument(parsing: stored.bytes).decode(ImageManifest.self)
        else { return }
        if isTarget { current = (stored.digest, manifest) }
        guard let bytes = try await Self.unlessRefused({ try await registry.blob(manifest.configuration) }),
            let configuration = try? JSONDocument(parsing: bytes).decode(ImageConfiguration.self),
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

    /// `nil` for what is lost, is not what its digest says, is too large, or may be pushed but not pulled. A registry that
    /// does not answer or does not know us will not take the image either.
    private static func unlessRefused<Value>(_ ask: () async throws -> Value) async throws -> Value? {
        do {
            return try await ask()
        } catch let error as ImageTransferError {
            switch error.code {
            case .imageNotFound, .registryDigestMismatch, .registryRefused, .registryForbidden: return nil
            default: throw error
            }
        }
    }
}
