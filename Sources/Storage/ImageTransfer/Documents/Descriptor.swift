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
