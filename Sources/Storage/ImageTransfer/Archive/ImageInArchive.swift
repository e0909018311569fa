// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import JSON

/// An image as its archive describes it, before anything of its layers has been read.
struct ImageInArchive: Sendable {
    struct Layer: Equatable, Sendable {
        /// Where it lies in the archive.
        var path: String
        var size: Int64
        /// The digest of what it contains, from the image's configuration.
        var diffID: Digest
        /// What the archive's manifest says of the file; `nil` where it says nothing.
        var stated: Descriptor?

        /// Whether it can go into the registry as it is; `nil` if only a look at it tells.
        var isCompressed: Bool? {
            stated.map { $0.type.hasSuffix("+gzip") || $0.type.hasSuffix("+zstd") || $0.type == MediaType.dockerLayer }
        }
    }

    var configuration: [UInt8]
    var layers: [Layer]
    /// Byte for byte, from an OCI layout. It stays valid if no layer has to be changed.
    var manifest: (bytes: [UInt8], type: String)?

    /// Whether the image starts `kittiwake` or says that it contains it.
    var saysKittiwake: Bool

    var configurationDescriptor: Descriptor {
        Descriptor(
            type: MediaType.configuration,
            digest: Digest(hash: SHA256.hash(configuration)),
            size: Int64(configuration.count)
        )
    }

    init(
        configuration: [UInt8],
        manifest: (bytes: [UInt8], type: String)? = nil,
        layers: [(path: String, size: Int64, stated: Descriptor?)]
    ) throws(ImageTransferError) {
        let read: ImageConfiguration
        do throws(JSONError) {
            read = try JSONDocument(parsing: configuration).decode()
        } catch {
            throw .invalid("the image's configuration cannot be read: \(error)")
        }
        guard read.diffIDs.count == layers.count else {
            throw .invalid("it has \(layers.count) layers, but its configuration names \(read.diffIDs.count)")
        }
        self.layers = []
        for (layer, diffID) in zip(layers, read.diffIDs) {
            guard let digest = Digest(diffID) else {
                throw .invalid("\"\(diffID.prefix(100))\" is not a SHA-256 digest")
            }
            self.layers.append(Layer(path: layer.path, size: layer.size, diffID: digest, stated: layer.stated))
        }
        self.configuration = configuration
        self.manifest = manifest
        saysKittiwake = KittiwakeSearch.isNamed(in: read)
    }

    /// Of a manifest or a configuration. They have a few kilobytes. In memory a hostile one takes up to 15 times as much.
    static let largestDocument: Int64 = 1 << 20
}

extension ImageTransferError {
    /// The archive is not put together as an image is.
    static func invalid(_ why: String) -> ImageTransferError {
        ImageTransferError(
            .archiveInvalid,
            why,
            advice: "recreate the archive with docker save, podman save, skopeo copy or buildx"
        )
    }
}
