// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// A ConfigMap, of whose data one text counts.
package struct ConfigText: Resource {
    package static let kind = ResourceKind.configMap

    package var metadata: ObjectMeta
    package var text: String?

    package init(_ json: borrowing JSONView) throws(JSONError) {
        metadata = try json.value("metadata")
        let data: StringMap? = try json.optional("data")
        text = data?["text"]
    }

    /// The whole intent of one manager.
    ///
    /// - Parameter data: besides the text.
    package static func intent(_ key: ObjectKey, _ data: JSON, labels: JSON? = nil, uid: String? = nil) -> ApplyIntent {
        ApplyIntent(
            kind: .configMap,
            key: key,
            body: [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": .string(key.name), "namespace": key.namespace.map { .string($0) }, "labels": labels,
                    "uid": uid.map { .string($0) },
                ],
                "data": data,
            ]
        )
    }
}
