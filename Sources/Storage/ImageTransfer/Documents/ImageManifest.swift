// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The manifest of one image, OCI's or Docker's.
struct ImageManifest: Equatable, Sendable {
    var type = MediaType.manifest
    var configuration: Descriptor
    var layers: [Descriptor]
}

extension ImageManifest: JSONDecodable {
    init(_ json: borrowing JSONView) throws(JSONError) {
        let version: Int64? = try json.optional("schemaVersion")
        guard version == nil || version == 2 else { throw JSONError("the version is not 2") }
        type = try json.optional("mediaType") ?? MediaType.manifest
        guard MediaType.manifests.contains(type) else { throw JSONError("the type is not that of an image") }
        configuration = try json.value("config")
        layers = try json.value("layers")
    }
}

extension ImageManifest: JSONEncodable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("schemaVersion", 2)
            writer.field("mediaType", type)
            writer.field("config", configuration)
            writer.field("layers", layers)
        }
    }
}

/// The list of an OCI layout (`index.json`), or of an image for several platforms.
struct ImageIndex: JSONDecodable {
    struct Entry: Sendable, JSONDecodable {
        var descriptor: Descriptor
        var platform: Platform?

        init(_ json: borrowing JSONView) throws(JSONError) {
            descriptor = try Descriptor(json)
            platform = try json.optional("platform")
        }
    }

    var entries: [Entry]

    init(_ json: borrowing JSONView) throws(JSONError) { entries = try json.value("manifests") }
}

/// One element of `manifest.json`, as `docker save` writes it.
struct DockerArchiveImage: Sendable, JSONDecodable {
    /// Names of entries of the archive.
    var configuration: String
    var layers: [String]
    var tags: [String]

    init(_ json: borrowing JSONView) throws(JSONError) {
        configuration = try json.value("Config")
        layers = try json.optional("Layers") ?? []
        tags = try json.optional("RepoTags") ?? []
    }
}

/// What of an image's configuration matters here.
struct ImageConfiguration: Sendable, JSONDecodable {
    /// The digests of the layers' content, from the lowest up.
    var diffIDs: [String]
    var entrypoint: [String]
    var command: [String]
    var labels: StringMap

    private struct RootFS: JSONDecodable {
        var diffIDs: [String]

        init(_ json: borrowing JSONView) throws(JSONError) { diffIDs = try json.optional("diff_ids") ?? [] }
    }

    private struct Run: JSONDecodable {
        var entrypoint: [String]
        var command: [String]
        var labels: StringMap?

        init(_ json: borrowing JSONView) throws(JSONError) {
            entrypoint = try json.optional("Entrypoint") ?? []
            command = try json.optional("Cmd") ?? []
            labels = try json.optional("Labels")
        }
    }

    init(_ json: borrowing JSONView) throws(JSONError) {
        let root: RootFS = try json.value("rootfs")
        diffIDs = root.diffIDs
        let run: Run? = try json.optional("config")
        entrypoint = run?.entrypoint ?? []
        command = run?.command ?? []
        labels = run?.labels ?? StringMap()
    }
}
