// SPDX-License-Identifier: Apache-2.0

package import Basics
package import JSON

/// What a blob of an image is known by, as manifests name it.
package struct Descriptor: Equatable, Sendable {
    /// One of ``MediaType``, or what somebody else wrote.
    package var type: String
    package var digest: Digest
    package var size: Int64
    /// Sorted by name when written.
    package var annotations = StringMap()
}

/// What the parts of an image are called.
enum MediaType {
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let index = "application/vnd.oci.image.index.v1+json"
    static let configuration = "application/vnd.oci.image.config.v1+json"
    static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
    static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerConfiguration = "application/vnd.docker.container.image.v1+json"
    static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// Of one image.
    static let manifests = [manifest, dockerManifest]
    /// Of several.
    static let indexes = [index, dockerIndex]

    /// Docker's name for the same bytes as OCI's.
    static func standardised(_ type: String) -> String {
        switch type {
        case dockerLayer: gzipLayer
        case dockerConfiguration: configuration
        default: type
        }
    }
}

extension Descriptor: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        try json.requireDistinctMembers()
        type = try json.optional("mediaType") ?? ""
        let text: String = try json.value("digest")
        guard let digest = Digest(text) else { throw JSONError("the digest is not a SHA-256 digest") }
        self.digest = digest
        size = try json.value("size")
        guard size >= 0 else { throw JSONError("the size is negative") }
        annotations = try json.optional("annotations") ?? StringMap()
    }
}

extension Descriptor: JSONEncodable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("mediaType", type)
            writer.field("digest", "\(digest)")
            writer.field("size", size)
            writer.field("annotations", annotations.entries.isEmpty ? nil : annotations)
        }
    }
}
