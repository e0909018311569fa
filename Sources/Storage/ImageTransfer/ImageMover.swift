// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Crypto
internal import JSON

/// Moves an image from an archive in an object store to a registry: no disk, and no more memory for 10 GB than for
/// 10 MB.
package struct ImageMover: Sendable {
    /// What the thread is at, for those who have to stop it.
    private struct Progress: Sendable {
        var current: ArchiveScanner.Layer?
        var failure: (any Error)?
    }

    private let registry: Registry

    package init(to registry: Registry) { self.registry = registry }

    /// - Parameter source: the archive, piece by piece.
    /// - Returns: the digest to put into pod templates.
    package func move(
        _ source: @escaping @Sendable () async throws -> [UInt8]?,
        tag: String
    ) async throws -> Digest {
        let archive = BytePipe()
        let (layers, layerSource) = AsyncStream.makeStream(of: ArchiveScanner.Layer.self)
        let progress = Locked(Progress())
        // The scanning thread blocks, in the archive or in a layer, so both have to be ended for it to end.
        let abort: @Sendable (any Error) -> Void = { error in
            let current = progress.withLock { progress in
                progress.failure = progress.failure ?? error
                return progress.current
            }
            archive.finish(error)
            current?.pipe.finish(error)
        }
        return try await withThrowingTaskGroup(of: ArchiveScanner.Documents?.self) { group in
            group.addTask {
                do {
                    while let piece = try await source() { try await archive.put(piece) }
                    archive.finish()
                    return nil
                } catch {
                    abort(error)
                    throw error
                }
            }
            group.addTask {
                defer { layerSource.finish() }
                return try await withTaskCancellationHandler {
                    try await onOwnThread("image-archive") {
                        let scanner = ArchiveScanner { layer in
                            try progress.withLock { progress in
                                if let failure = progress.failure { throw failure }
                                progress.current = layer
                            }
                            layerSource.yield(layer)  // bounded by the number of entries an archive may have
                        }
                        do {
                            return try scanner.scan { try archive.nextBlocking() }
                        } catch {
                            abort(error)  // or the upload of the layer would wait for ever
                            throw error
                        }
                    }
                } onCancel: {
                    abort(CancellationError())
                }
            }
            defer { group.cancelAll() }
            var finished: [String: ArchiveScanner.Layer.Finished] = [:]
            do {
                for await layer in layers {
                    _ = try await registry.upload({ try await layer.pipe.next() }, descriptor: { layer.result?.blob })
                    finished[layer.name] = layer.result
                }
            } catch {
                abort(error)
                throw error
            }
            var documents: ArchiveScanner.Documents?
            while let outcome = try await group.next() {
                if let outcome { documents = outcome }
            }
            guard let documents else { throw CancellationError() }
            return try await finish(documents, finished, tag: tag)
        }
    }

    /// Checks that what was sent is what the image's configuration names, and only then makes it visible.
    private func finish(
        _ documents: ArchiveScanner.Documents,
        _ finished: [String: ArchiveScanner.Layer.Finished],
        tag: String
    ) async throws -> Digest {
        guard let text = documents.files["manifest.json"] else { throw broken("it has no manifest.json") }
        let manifests = try JSONDocument(parsing: text).decode([DockerArchiveManifest].self)
        guard let manifest = manifests.first, manifests.count == 1 else { throw broken("it has not exactly one image") }
        guard let config = documents.files[manifest.config] else { throw broken("it lacks \(manifest.config)") }
        let expected = try JSONDocument(parsing: config).decode(ImageConfiguration.self).diffIDs
        let layers = try manifest.layers.map { name in
            guard let layer = finished[documents.links[name] ?? name] else { throw broken("it lacks \(name)") }
            return layer
        }
        guard expected == layers.map({ "\($0.content)" }) else {
            throw broken("its layers are not the ones its configuration names")
        }
        guard let configDigest = Digest(hex: SHA256.hash(config).hex) else { throw broken("it has no configuration") }
        let descriptor = Descriptor(digest: configDigest, size: Int64(config.count))
        try await registry.upload(config, descriptor)
        let bytes = ImageManifest(config: descriptor, layers: layers.map(\.blob)).jsonBytes
        try await registry.putManifest(bytes, type: ImageManifest.type, tag: tag)
        guard let digest = Digest(hex: SHA256.hash(bytes).hex) else { throw broken("it has no manifest") }
        return digest
    }

    private func broken(_ reason: String) -> RegistryError {
        RegistryError(code: .brokenArchive, message: "The image archive cannot be used: \(reason)")
    }
}
