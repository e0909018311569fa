// SPDX-License-Identifier: Apache-2.0

internal import Compression
internal import Crypto

/// Makes image archives of all the kinds that are about.
package struct ImageBuilder {
    /// How the files of an archive are arranged.
    package enum Layout: Sendable, CaseIterable {
        /// `docker save` up to version 24: a folder for each layer; a layer that occurs twice is a link.
        case legacy
        /// `docker save` since version 25: `manifest.json`, and the layers below `blobs`.
        case blobs
        /// An OCI layout: `index.json` only.
        case oci
    }

    /// How the layers lie in the archive.
    package enum Packing: Sendable, CaseIterable {
        case plain
        case gzip
        case zstd
    }

    /// Tars, from the lowest up.
    package var layers: [[UInt8]]
    package var tags = ["worker:1.0"]
    package var layout = Layout.legacy
    package var packing = Packing.plain
    package var entrypoint = ["java"]
    /// What the manifest of an OCI layout says about it, instead of what is so: `+gzip`.
    package var statedPacking: String?
    /// In the configuration, instead of the right ones.
    package var diffIDs: [String]?
    /// Before each name.
    package var prefix = ""
    /// Before everything else instead of behind it.
    package var isManifestFirst = false

    package init(_ layers: [[UInt8]]) { self.layers = layers }

    /// Three layers, the first and the last of which are the same: texts, and what does not compress.
    package static var ordinary: ImageBuilder {
        ImageBuilder([textLayer(), noiseLayer(300_000, seed: 1), textLayer()])
    }

    /// The same in an archive of this kind.
    package static func ordinary(_ layout: Layout, _ packing: Packing) -> ImageBuilder {
        var image = ordinary
        (image.layout, image.packing) = (layout, packing)
        return image
    }

    package static func textLayer(_ line: String = "group.id=orders\n", files: [String: String] = [:]) -> [UInt8] {
        var tar = TarWriter()
        tar.folder("etc/")
        tar.file("etc/config", String(repeating: line, count: 10_000))
        for (name, mode) in files.sorted(by: { $0.key < $1.key }) { tar.file(name, Array("x".utf8), mode: mode) }
        tar.finish()
        return tar.bytes
    }

    package static func noiseLayer(_ size: Int, seed: UInt64) -> [UInt8] {
        var tar = TarWriter()
        tar.file("app.jar", noise(size, seed: seed))
        tar.finish()
        return tar.bytes
    }

    /// The same bytes for the same seed, and nothing to compress in them.
    package static func noise(_ size: Int, seed: UInt64) -> [UInt8] {
        // Eight bytes at a time (xorshift64*): an unoptimised build would need seconds for a few megabytes otherwise.
        [UInt8](unsafeUninitializedCapacity: size + 8) { room, count in
            let room = UnsafeMutableRawBufferPointer(room)
            var number = seed &* 0x9e37_79b9_7f4a_7c15 | 1
            while count < size {
                number ^= number >> 12
                number ^= number << 25
                number ^= number >> 27
                room.storeBytes(of: number &* 0x2545_f491_4f6c_dd1d, toByteOffset: count, as: UInt64.self)
                count += 8
            }
            count = size
        }
    }

    package var configuration: [UInt8] {
        let ids = (diffIDs ?? layers.map(Self.digest)).map { "\"\($0)\"" }.joined(separator: ",")
        let start = entrypoint.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(
            """
            {"architecture":"amd64","os":"linux","config":{"Entrypoint":[\(start)]},\
            "rootfs":{"type":"layers","diff_ids":[\(ids)]}}
            """.utf8
        )
    }

    /// The tar, not compressed as a whole.
    package func archive() throws -> [UInt8] {
        var documents = TarWriter()
        var content = TarWriter()
        try add(to: &documents, &content)
        var tar = TarWriter()
        tar.append(isManifestFirst ? documents.bytes + content.bytes : content.bytes + documents.bytes)
        tar.finish()
        return tar.bytes
    }

    private func add(to documents: inout TarWriter, _ content: inout TarWriter) throws {
        let packed = try layers.map(pack)
        let configuration = configuration
        let id = SHA256.hash(configuration).hex
        var names: [String] = []
        switch layout {
        case .legacy:
            content.file("\(prefix)a/VERSION", "1.0")
            for (index, layer) in packed.enumerated() {
                let name = "\(index)/layer.tar"
                if let first = packed.firstIndex(of: layer), first < index {
                    content.link("\(prefix)\(name)", to: "../\(first)/layer.tar")
                } else {
                    content.file("\(prefix)\(name)", layer)
                }
                names.append(name)
            }
            documents.file("\(prefix)\(id).json", configuration)
            documents.file("\(prefix)manifest.json", dockerManifest("\(id).json", names))
        case .blobs:
            names = add(packed + [configuration], to: &content)
            documents.file("\(prefix)manifest.json", dockerManifest(names.removeLast(), names))
        case .oci:
            _ = add(packed + [configuration, try ociManifest], to: &content)
            documents.file("\(prefix)index.json", try ociIndex())
            documents.file("\(prefix)oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#)
        }
    }

    private func add(_ blobs: [[UInt8]], to content: inout TarWriter) -> [String] {
        var names: [String] = []
        content.folder("\(prefix)blobs/")
        content.folder("\(prefix)blobs/sha256/")
        for blob in blobs {
            let name = "blobs/sha256/\(SHA256.hash(blob).hex)"
            if !names.contains(name) { content.file("\(prefix)\(name)", blob) }
            names.append(name)
        }
        return names
    }

    private func dockerManifest(_ configuration: String, _ names: [String]) -> [UInt8] {
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let tags = tags.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(#"[{"Config":"\#(configuration)","RepoTags":[\#(tags)],"Layers":[\#(list)]}]"#.utf8)
    }

    package var ociManifest: [UInt8] {
        get throws {
            let suffix = statedPacking ?? ["", "+gzip", "+zstd"][packing == .plain ? 0 : packing == .gzip ? 1 : 2]
            let list = try layers.map { layer in
                descriptor("application/vnd.oci.image.layer.v1.tar\(suffix)", try pack(layer))
            }
            let configuration = descriptor("application/vnd.oci.image.config.v1+json", configuration)
            return Array(
                """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "annotations":{"made.by":"a test"},"config":\(configuration),"layers":[\(list.joined(separator: ","))]}
                """.utf8
            )
        }
    }

    private func ociIndex() throws -> String {
        let names = tags.map { tag in
            let manifest = (try? ociManifest) ?? []
            return descriptor(
                "application/vnd.oci.image.manifest.v1+json",
                manifest,
                #","annotations":{"org.opencontainers.image.ref.name":"\#(tag)"}"#
            )
        }
        return #"{"schemaVersion":2,"manifests":[\#(names.joined(separator: ","))]}"#
    }

    package func descriptor(_ type: String, _ blob: [UInt8], _ more: String = "") -> String {
        #"{"mediaType":"\#(type)","digest":"\#(Self.digest(blob))","size":\#(blob.count)\#(more)}"#
    }

    package static func digest(_ bytes: [UInt8]) -> String { "sha256:\(SHA256.hash(bytes).hex)" }

    package func pack(_ layer: [UInt8]) throws -> [UInt8] {
        switch packing {
        case .plain: layer
        case .gzip: try Self.gzip(layer)
        case .zstd: try Zstd.compress(layer)
        }
    }

    package static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var writer = try GzipWriter(level: 1)
        return bytes.withUnsafeBytes { writer.compress($0) } + writer.finish()
    }
}
