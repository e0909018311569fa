// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The part of `metadata` that decisions need. `managedFields` and the last-applied annotation are never decoded.
package struct ObjectMeta: Equatable, Sendable {
    package var name: String
    package var namespace: String?
    package var uid: String?
    package var resourceVersion: String?
    package var generation: Int64?
    /// RFC 3339 in UTC with seconds, so that texts compare as times.
    package var creationTimestamp: String?
    package var deletionTimestamp: String?
    package var labels: StringMap
    package var annotations: StringMap
    package var finalizers: [String]
    package var ownerReferences: [OwnerReference]

    package init(
        name: String,
        namespace: String? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil,
        generation: Int64? = nil,
        creationTimestamp: String? = nil,
        deletionTimestamp: String? = nil,
        labels: StringMap = StringMap(),
        annotations: StringMap = StringMap(),
        finalizers: [String] = [],
        ownerReferences: [OwnerReference] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
        self.labels = labels
        self.annotations = annotations
        self.finalizers = finalizers
        self.ownerReferences = ownerReferences
    }

    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    package var isDeleting: Bool { deletionTimestamp != nil }

    /// The one reference with `controller: true`, if there is one.
    package var controller: OwnerReference? { ownerReferences.first(where: \.isController) }
}

extension ObjectMeta: JSONDecodable {
    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            name: try json.value("name"),
            namespace: try json.optional("namespace"),
            uid: try json.optional("uid"),
            resourceVersion: try json.optional("resourceVersion"),
            generation: try json.optional("generation"),
            creationTimestamp: try json.optional("creationTimestamp"),
            deletionTimestamp: try json.optional("deletionTimestamp"),
            labels: try json.optional("labels") ?? StringMap(),
            annotations: try json.optional("annotations") ?? StringMap(),
            finalizers: try json.optional("finalizers") ?? [],
            ownerReferences: try json.optional("ownerReferences") ?? []
        )
        annotations = StringMap(annotations.entries.filter { $0.key != Self.lastApplied })
    }
}

/// Who an object belongs to. The garbage collector deletes it after its owner.
package struct OwnerReference: Hashable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    package var isController: Bool

    package init(apiVersion: String, kind: String, name: String, uid: String, isController: Bool = true) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
    }
}

extension OwnerReference: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            apiVersion: try json.value("apiVersion"),
            kind: try json.value("kind"),
            name: try json.value("name"),
            uid: try json.value("uid"),
            isController: try json.optional("controller") ?? false
        )
    }
}
