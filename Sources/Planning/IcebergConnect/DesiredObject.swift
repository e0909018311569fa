// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesModel
internal import Resources

/// An object that a resource wants to have, before it is said whose it is.
struct DesiredObject: Equatable, Sendable {
    var kind: ResourceKind
    var key: ObjectKey
    var labels: StringMap
    var annotations: StringMap = [:]
    /// Everything beside `apiVersion`, `kind` and `metadata`.
    var content: JSON

    /// The whole intent for the object.
    ///
    /// - Parameter owner: the resource. In its own namespace the object gets an owner reference, elsewhere labels. One
    ///   that is in no cluster has no UID and owns nothing.
    func intent(owner: ObjectMeta) -> ApplyIntent {
        let isBeside = key.namespace == owner.namespace
        var labels = labels
        var annotations = annotations
        if !isBeside {
            labels = labels.merging(OwnerLabel.labels(of: owner))
            annotations = annotations.merging([OwnerLabel.annotation: owner.key.description])
        }
        let controller = OwnerReference.controller(IcebergConnect.kind, owner)
        var body = content
        body["apiVersion"] = .string(kind.apiVersion)
        body["kind"] = .string(kind.kind)
        body["metadata"] = [
            "name": .string(key.name),
            "namespace": key.namespace.map { .string($0) },
            "labels": labels.json,
            "annotations": annotations.entries.isEmpty ? nil : annotations.json,
            "ownerReferences": isBeside && owner.uid != nil ? [controller.json] : nil,
        ]
        return ApplyIntent(kind: kind, key: key, body: body.sorted)
    }
}

extension DesiredObject {
    /// - Parameter data: by key, in clear.
    static func secret(
        _ key: ObjectKey,
        type: String = "Opaque",
        labels: StringMap,
        annotations: StringMap,
        data: [(key: String, value: Secret)]
    ) -> Self {
        let encoded = data.map { entry in
            (key: entry.key, value: entry.value.reveal { JSON.string(Base64.encode(Array($0.utf8))) })
        }
        return DesiredObject(
            kind: .secret,
            key: key,
            labels: labels,
            annotations: annotations,
            content: ["type": .string(type), "data": .object(JSONObject(encoded))]
        )
    }
}

extension StringMap {
    /// Both maps; where a name is in both, the other's value counts.
    func merging(_ other: StringMap) -> StringMap {
        StringMap(entries.filter { other[$0.key] == nil } + other.entries)
    }
}
