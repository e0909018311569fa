// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// One object as it came. If only its metadata could be read, the others are not held up by it.
package struct DecodedObject<Value: Resource>: Sendable {
    /// The whole object, or what could be read of it.
    package enum Content: Sendable {
        case readable(Value)
        /// Indirect: it is rare, and no other object should be larger for it.
        indirect case unreadable(ObjectMeta, JSONError)
    }

    package var content: Content
    /// Of the whole object without what changes by itself; of its version, if only metadata was asked for.
    package var fingerprint: Fingerprint

    package init(_ content: Content, fingerprint: Fingerprint = Fingerprint()) {
        self.content = content
        self.fingerprint = fingerprint
    }

    package var metadata: ObjectMeta {
        switch content {
        case .readable(let value): value.metadata
        case .unreadable(let metadata, _): metadata
        }
    }

    /// `nil` if only the metadata could be read.
    package var value: Value? { if case .readable(let value) = content { value } else { nil } }
}

extension DecodedObject: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        do throws(JSONError) {
            content = .readable(try Value(json))
        } catch {
            content = .unreadable(try json.value("metadata"), error)
        }
        fingerprint = Fingerprint()
        fingerprint =
            Value.isMetadataOnly
            ? Fingerprint(of: Array((metadata.resourceVersion ?? "").utf8)) : try Fingerprint(of: json)
    }
}
