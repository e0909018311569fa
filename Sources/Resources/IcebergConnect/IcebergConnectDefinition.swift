// SPDX-License-Identifier: Apache-2.0

package import JSON
internal import YAML

/// The CustomResourceDefinition of `IcebergConnect` (`original-systems.md` 000.1; rows 1, 13, 224, 279).
package enum IcebergConnectDefinition {
    /// `deploy/crds/icebergconnect.yaml`, which is a copy of this.
    package static var yaml: [UInt8] {
        let head = "# SPDX-License-Identifier: Apache-2.0\n# Made by `kittiwake crds`; changes here would be lost.\n"
        return Array(head.utf8) + YAML.text(of: [object])
    }

    /// The object as the API server takes it.
    package static var object: JSON {
        let kind = IcebergConnect.kind
        return [
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": [
                "name": .string("\(kind.plural).\(kind.group)"),
                "labels": ["app": "iceberg-kafka-connect-operator"],
            ],
            "spec": [
                "group": .string(kind.group),
                "scope": "Namespaced",
                "names": [
                    "kind": .string(kind.kind),
                    "listKind": .string("\(kind.kind)List"),
                    "plural": .string(kind.plural),
                    "singular": "icebergconnect",
                    "shortNames": ["ibc"],
                    "categories": ["kittiwake"],
                ],
                "versions": [
                    [
                        "name": .string(kind.version),
                        "served": true,
                        "storage": true,
                        "subresources": ["status": [:], "scale": scale],
                        "additionalPrinterColumns": .array(columns),
                        "schema": ["openAPIV3Schema": schema],
                    ]
                ],
            ],
        ]
    }

    private static let scale: JSON = [
        "specReplicasPath": ".spec.worker.replicas",
        "statusReplicasPath": ".status.workerStatus.replicas",
        "labelSelectorPath": ".status.selector",
    ]

    /// Those with a priority above 0 are shown by `kubectl get -o wide`.
    private static let columns: [JSON] = [
        column("Phase", "string", ".status.phase", "Progress of the resource."),
        column("Workers-Ready", "integer", ".status.workerStatus.ready", "Ready workers."),
        column("Workers-Desired", "integer", ".status.workerStatus.desired", "Desired workers."),
        column("Coordinators-Ready", "integer", ".status.coordinatorStatus.ready", "Ready coordinators."),
        column("Coordinators-Desired", "integer", ".status.coordinatorStatus.desired", "Desired coordinators."),
        column("Age", "date", ".metadata.creationTimestamp", "Age of the resource."),
        column("Reason", "string", #".status.conditions[?(@.type=="Ready")].reason"#, "Why it is or is not ready.", 1),
        column("Message", "string", ".status.message", "The same in a sentence.", 1),
    ]

    private static func column(
        _ name: String,
        _ type: String,
        _ path: String,
        _ description: String,
        _ priority: Int64 = 0
    ) -> JSON {
        [
            "name": .string(name), "type": .string(type), "jsonPath": .string(path),
            "description": .string(description), "priority": priority == 0 ? nil : .integer(priority),
        ]
    }

    /// The API server knows `metadata` itself and wants no more than its type.
    private static let schema: JSON = [
        "description": "Runs Kafka Connect workers from images in S3, and the commit coordinator of one Iceberg job.",
        "type": "object",
        "required": ["spec"],
        "properties": [
            "apiVersion": ["type": "string", "description": "API version of this object."],
            "kind": ["type": "string", "description": "Kind of this object: IcebergConnect."],
            "metadata": ["type": "object"],
            "spec": IcebergConnectSchema.spec.openAPI,
            "status": IcebergConnectSchema.status.openAPI,
        ],
    ]
}
