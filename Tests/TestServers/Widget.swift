// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// A custom resource for tests: it wants a ConfigMap with a text in it.
package struct Widget: ResourceWithStatus {
    package static let kind = ResourceKind(
        group: "kittiwake.example",
        version: "v1",
        kind: "Widget",
        plural: "widgets"
    )

    package struct Status: ConditionedStatus {
        package static let conditionTypes = ["Degraded", "Ready", "Reconciling", "Stalled"]

        package var observedGeneration: Int64?
        package var size: Int?
        /// The text that another system has been told.
        package var announced: String?
        package var conditions: [Condition] = []

        package init() {}
    }

    package var metadata: ObjectMeta
    package var text: String
    package var size: Int
    package var status: Status?

    package init(metadata: ObjectMeta, text: String = "", size: Int = 1, status: Status? = nil) {
        self.metadata = metadata
        self.text = text
        self.size = size
        self.status = status
    }

    /// What a user applies.
    package static func manifest(_ key: ObjectKey, text: String, size: Int = 1) -> JSON {
        [
            "apiVersion": "kittiwake.example/v1", "kind": "Widget",
            "metadata": ["name": .string(key.name), "namespace": key.namespace.map { .string($0) }],
            "spec": ["text": .string(text), "size": .integer(Int64(size))],
        ]
    }

    /// The definition of the kind, for the API server.
    package static let definition = ApplyIntent(
        kind: ResourceKind(
            group: "apiextensions.k8s.io",
            version: "v1",
            kind: "CustomResourceDefinition",
            plural: "customresourcedefinitions",
            scope: .cluster
        ),
        key: ObjectKey(namespace: nil, name: "widgets.kittiwake.example"),
        body: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "widgets.kittiwake.example"],
            "spec": [
                "group": "kittiwake.example", "scope": "Namespaced",
                "names": ["kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                        "schema": [
                            "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                        ],
                    ]
                ],
            ],
        ]
    )
}

extension Widget: JSONDecodable {
    private struct Spec: JSONDecodable {
        var text: String
        var size: Int

        init(_ json: borrowing JSONView) throws(JSONError) {
            text = try json.optional("text") ?? ""
            size = try json.optional("size") ?? 1
        }
    }

    package init(_ json: borrowing JSONView) throws(JSONError) {
        let spec: Spec = try json.value("spec")
        self.init(
            metadata: try json.value("metadata"),
            text: spec.text,
            size: spec.size,
            status: try json.optional("status")
        )
    }
}

extension Widget.Status: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        observedGeneration = try json.optional("observedGeneration")
        size = try json.optional("size")
        announced = try json.optional("announced")
        conditions = try json.optional("conditions") ?? []
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("observedGeneration", observedGeneration)
            writer.field("size", size)
            writer.field("announced", announced)
            writer.field("conditions", conditions)
        }
    }
}
