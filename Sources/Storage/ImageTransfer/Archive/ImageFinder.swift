// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Crypto
internal import JSON

/// Finds the image that is meant in an archive that `docker save` made, or in an OCI layout.
struct ImageFinder: Sendable {
    /// What is asked for.
    struct Selector: Sendable {
        /// `repository:tag`, a tag, or the whole reference that the image is to get.
        var name: String?
        /// What the image is going to be called: it decides between several if nothing else does.
        var target: ImageReference
        var platform: Platform
    }

    let listing: ArchiveListing
    let selector: Selector
    /// The content of a small file, by the path that the listing found.
    let document: @Sendable (_ path: String, _ file: ArchiveListing.File) async throws -> [UInt8]

    /// - Throws: ``ImageTransferError``.
    func find() async throws -> ImageInArchive {
        // What docker save writes says plainly which files make up which image. Newer versions write an OCI layout
        // beside it, with the same image in it.
        if listing.find("manifest.json") != nil { return try await findDocker() }
        if listing.find("index.json") != nil { return try await findOCI() }
        throw ImageTransferError(
            .manifestMissing,
            "it has neither manifest.json nor index.json, so it is not an image",
            advice: "make it with docker save, podman save, skopeo copy or buildx"
        )
    }

    // MARK: docker save

    private func findDocker() async throws -> ImageInArchive {
        let images: ShortList<DockerArchiveImage> = try await decode("manifest.json")
        let image = try choose(images.elements) { image in image.tags.isEmpty ? [image.configuration] : image.tags }
        let layers = try image.layers.map { name in
            guard let found = listing.find(name) else {
                throw ImageTransferError.invalid("it lacks \(name.cut(to: 200))")
            }
            return (path: found.path, size: found.file.size, stated: Descriptor?.none)
        }
        let configuration = try await read(image.configuration)
        // Its name is its digest: `0123….json`, or `blobs/sha256/0123…`.
        let name = image.configuration.split(separator: "/").last?.split(separator: ".").first ?? ""
        if let digest = Digest(hex: name), digest != Digest(hash: SHA256.hash(configuration)) {
            throw ImageTransferError(
                .digestMismatch,
                "the content of \(image.configuration.cut(to: 200)) is not what its name says"
            )
        }
        return try ImageInArchive(configuration: configuration, layers: layers)
    }

    // MARK: OCI

    private func findOCI() async throws -> ImageInArchive {
        let index: ImageIndex = try await decode("index.json")
        let images = index.entries.filter { !$0.isAttestation }
        let names = { (entry: ImageIndex.Entry) in
            [MediaName.containerd, MediaName.reference].compactMap { entry.descriptor.annotations[$0] }
        }
        // One entry for each platform may stand here without a list in between.
        let isOneImage =
            images.count > 1 && Set(images.map(names)).count == 1 && images.allSatisfy { $0.platform != nil }
        var entry = isOneImage ? try choosePlatform(images) : try choose(images, names)
        var depth = 0
        while MediaType.indexes.contains(entry.descriptor.type) {
            depth += 1
            guard depth <= 4 else { throw ImageTransferError.invalid("its indexes are nested too deep") }
            let inner: ImageIndex = try decode(try await blob(entry.descriptor), entry.descriptor.digest.description)
            entry = try choosePlatform(inner.entries.filter { !$0.isAttestation })
        }
        let bytes = try await blob(entry.descriptor)
        let manifest: ImageManifest = try decode(bytes, "the manifest")
        let layers = try manifest.layers.map { layer in
            guard let found = listing.find(Self.path(layer.digest)) else {
                throw ImageTransferError.invalid("it lacks the layer \(layer.digest)")
            }
            guard found.file.size == layer.size else {
                throw ImageTransferError(
                    .digestMismatch,
                    "the layer \(layer.digest) has \(found.file.size) bytes instead of \(layer.size)"
                )
            }
            return (path: found.path, size: layer.size, stated: Descriptor?.some(layer))
        }
        return try ImageInArchive(
            configuration: try await blob(manifest.configuration),
            manifest: (bytes, manifest.type),
            layers: layers
        )
    }

    private enum MediaName {
        static let reference = "org.opencontainers.image.ref.name"
        static let containerd = "io.containerd.image.name"
    }

    private func choosePlatform(_ entries: [ImageIndex.Entry]) throws -> ImageIndex.Entry {
        // An index of one image needs no platform.
        if entries.count == 1, entries[0].platform == nil { return entries[0] }
        if let entry = entries.first(where: { $0.platform.map(selector.platform.matches) == true }) { return entry }
        let there = entries.compactMap { $0.platform?.description.cut(to: 200) }.prefix(20).joined(separator: ", ")
        throw ImageTransferError(
            .platformMissing,
            "it has no image for \(selector.platform), only for \(there.isEmpty ? "none" : there)",
            advice: "build for \(selector.platform), or ask for another with --platform"
        )
    }

    private static func path(_ digest: Digest) -> String { "blobs/sha256/\(digest.hex)" }

    /// A small blob, whose digest has to be right.
    private func blob(_ descriptor: Descriptor) async throws -> [UInt8] {
        let bytes = try await read(Self.path(descriptor.digest))
        guard Digest(hash: SHA256.hash(bytes)) == descriptor.digest else {
            throw ImageTransferError(.digestMismatch, "the content of \(descriptor.digest) is not what its digest says")
        }
        return bytes
    }

    // MARK: Choosing

    /// The only one, the one that was named, or the one that is called what the target is called.
    private func choose<Image>(_ images: [Image], _ names: (Image) -> [String]) throws -> Image {
        guard let first = images.first else { throw ImageTransferError.invalid("it lists no image") }
        let list = images.flatMap(names).prefix(20).map { $0.cut(to: 200) }.joined(separator: ", ")
        if let name = selector.name {
            let named = images.filter { names($0).contains { Self.isCalled($0, name) } }
            guard let only = named.first, named.count == 1 else {
                throw ImageTransferError(
                    named.isEmpty ? .imageNotInArchive : .severalImages,
                    "\(named.isEmpty ? "no image" : "more than one image") in it is called \(name), but there are: \(list)",
                    advice: "name one of them"
                )
            }
            return only
        }
        if images.count == 1 { return first }
        let target = "\(selector.target.repository):\(selector.target.tag ?? "latest")"
        for name in ["\(selector.target.registry)/\(target)", target, selector.target.tag ?? "latest"] {
            let named = images.filter { names($0).contains { Self.isCalled($0, name) } }
            if let only = named.first, named.count == 1 { return only }
        }
        throw ImageTransferError(
            .severalImages,
            "it has \(images.count) images: \(list)",
            advice: "save only one, tag it like the target, or name it with --image"
        )
    }

    /// `docker.io/library/worker:1.0` is called so, and `library/worker:1.0`, `worker:1.0` and `1.0`.
    static func isCalled(_ full: String, _ name: String) -> Bool {
        full == name || full.hasSuffix("/\(name)") || (!name.contains(":") && full.hasSuffix(":\(name)"))
    }

    // MARK: Documents

    private func read(_ name: String) async throws -> [UInt8] {
        guard let found = listing.find(name) else { throw ImageTransferError.invalid("it lacks \(name.cut(to: 200))") }
        guard found.file.size <= ImageInArchive.largestDocument else {
            throw ImageTransferError(
                .archiveTooLarge,
                "\(name.cut(to: 200)) has \(ByteCount(found.file.size)), which no manifest and no configuration has"
            )
        }
        return try await document(found.path, found.file)
    }

    private func decode<Value: JSONDecodable>(_ name: String) async throws -> Value {
        try decode(try await read(name), name)
    }

    private func decode<Value: JSONDecodable>(_ bytes: [UInt8], _ name: String) throws -> Value {
        do throws(JSONError) {
            return try JSONDocument(parsing: bytes).decode()
        } catch {
            throw ImageTransferError.invalid("\(name.cut(to: 200)) cannot be read: \(error)")
        }
    }
}

extension ImageIndex.Entry {
    /// Builders put statements about an image beside it, as images for a platform that does not exist.
    fileprivate var isAttestation: Bool {
        platform?.system == "unknown" || descriptor.annotations["vnd.docker.reference.type"] != nil
    }
}
