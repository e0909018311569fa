// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Names a kind as a type, so that a list of metadata knows what it is a list of.
package protocol KindOfObject: Sendable {
    static var kind: ResourceKind { get }
}

/// An object of which only the metadata is asked for: Secrets and ConfigMaps, and wherever only labels and owners
/// matter. The server leaves the rest out, so no Secret's value rests in a cache.
package struct PartialObjectMetadata<Kind: KindOfObject>: Resource {
    package static var kind: ResourceKind { Kind.kind }
    package static var isMetadataOnly: Bool { true }

    package var metadata: ObjectMeta

    package init(_ json: borrowing JSONView) throws(JSONError) { metadata = try json.value("metadata") }

    /// Labels and owners are what many objects have in common.
    package mutating func intern(with interner: inout Interner) { metadata.intern(with: &interner) }
}

/// `PartialObjectMetadata<Secrets>`
package enum Secrets: KindOfObject {
    package static let kind = ResourceKind.secret
}

/// `PartialObjectMetadata<ConfigMaps>`
package enum ConfigMaps: KindOfObject {
    package static let kind = ResourceKind.configMap
}

/// `PartialObjectMetadata<Services>`
package enum Services: KindOfObject {
    package static let kind = ResourceKind.service
}
