// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

/// `manifest.json` of an archive made by `docker save`: an array with one element for each image.
struct DockerArchiveManifest: JSONDecodable {
    var config: String
    var layers: [String]

    init(_ json: borrowing JSONView) throws(JSONError) {
        config = try json.value("Config")
        layers = try json.value("Layers")
    }
}

/// The part of an image's configuration that says what its layers contain.
struct ImageConfiguration: JSONDecodable {
    var diffIDs: [String]

    private struct RootFS: JSONDecodable {
        var diffIDs: [String]

        init(_ json: borrowing JSONView) throws(JSONError) { diffIDs = try json.value("diff_ids") }
    }

    init(_ json: borrowing JSONView) throws(JSONError) {
        let root: RootFS = try json.value("rootfs")
        diffIDs = root.diffIDs
    }
}

struct ImageManifest: JSONEncodable {
    static let type = "application/vnd.oci.image.manifest.v1+json"

    var config: Descriptor
    var layers: [Descriptor]

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("schemaVersion", 2)
            writer.field("mediaType", Self.type)
            writer.field("config", Part(type: "application/vnd.oci.image.config.v1+json", descriptor: config))
            writer.field(
                "layers",
                layers.map { Part(type: "application/vnd.oci.image.layer.v1.tar+gzip", descriptor: $0) }
            )
        }
    }

    private struct Part: JSONEncodable {
        var type: String
        var descriptor: Descriptor

        func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("mediaType", type)
                writer.field("digest", "\(descriptor.digest)")
                writer.field("size", descriptor.size)
            }
        }
    }
}
