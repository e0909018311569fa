// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Names one object of any kind: what an event is about, what is left behind.
package struct ObjectReference: Hashable, Sendable, CustomStringConvertible {
    package var kind: ResourceKind
    package var key: ObjectKey
    package var uid: String?

    package init(kind: ResourceKind, key: ObjectKey, uid: String? = nil) {
        self.kind = kind
        self.key = key
        self.uid = uid
    }

    /// `Deployment shop/orders`
    package var description: String { "\(kind.kind) \(key)" }

    /// As it stands in an Event.
    package var json: JSON {
        [
            "apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "name": .string(key.name),
            "namespace": key.namespace.map { .string($0) }, "uid": uid.map { .string($0) },
        ]
    }
}

extension Resource {
    package var reference: ObjectReference { ObjectReference(kind: Self.kind, key: key, uid: metadata.uid) }
}

extension OwnerReference {
    /// An object as the controlling owner of its children. Deleting it in the foreground waits for them.
    package static func controller(_ kind: ResourceKind, _ owner: ObjectMeta) -> OwnerReference {
        OwnerReference(apiVersion: kind.apiVersion, kind: kind.kind, name: owner.name, uid: owner.uid ?? "")
    }

    /// As it stands in `metadata.ownerReferences`.
    package var json: JSON {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
            "controller": .bool(isController), "blockOwnerDeletion": true,
        ]
    }
}
