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
        try json.requireDistinctMembers()
        let version: Int64? = try json.optional("schemaVersion")
        guard version == nil || version == 2 else { throw JSONError("the version is not 2") }
        type = try json.optional("mediaType") ?? MediaType.manifest
        guard MediaType.manifests.contains(type) else { throw JSONError("the type is not that of an image") }
        configuration = try json.value("config")
        let layers: ShortList<Descriptor> = try json.value("layers")
        self.layers = layers.elements
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

    init(_ json: borrowing JSONView) throws(JSONError) {
        try json.requireDistinctMembers()
        let entries: ShortList<Entry> = try json.value("manifests")
        self.entries = entries.elements
    }
}

/// One element of `manifest.json`, as `docker save` writes it.
struct DockerArchiveImage: Sendable, JSONDecodable {
    /// Names of entries of the archive.
    var configuration: String
    var layers: [String]
    var tags: [String]

    init(_ json: borrowing JSONView) throws(JSONError) {
        try json.requireDistinctMembers()
        configuration = try json.value("Config")
        let layers: ShortList<String>? = try json.optional("Layers")
        let tags: ShortList<String>? = try json.optional("RepoTags")
        (self.layers, self.tags) = (layers?.elements ?? [], tags?.elements ?? [])
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

        init(_ json: borrowing JSONView) throws(JSONError) {
            try json.requireDistinctMembers()
            let diffIDs: ShortList<String>? = try json.optional("diff_ids")
            self.diffIDs = diffIDs?.elements ?? []
        }
    }

    private struct Run: JSONDecodable {
        var entrypoint: [String]
        var command: [String]
        var labels: StringMap?

        init(_ json: borrowing JSONView) throws(JSONError) {
            try json.requireDistinctMembers()
            let entrypoint: ShortList<String>? = try json.optional("Entrypoint")
            let command: ShortList<String>? = try json.optional("Cmd")
            (self.entrypoint, self.command) = (entrypoint?.elements ?? [], command?.elements ?? [])
            labels = try json.optional("Labels")
        }
    }

    init(_ json: borrowing JSONView) throws(JSONError) {
        try json.requireDistinctMembers()
        let root: RootFS = try json.value("rootfs")
        diffIDs = root.diffIDs
        let run: Run? = try json.optional("config")
        entrypoint = run?.entrypoint ?? []
        command = run?.command ?? []
        labels = run?.labels ?? StringMap()
    }
}
