// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import KubernetesModel

/// One object of the server, with who applied what.
struct StoredObject: Sendable {
    var collection: APICollection
    var key: ObjectKey
    var body: JSON
    /// The last intent of each manager, by `manager` or `manager/status`.
    var applied: [String: JSON] = [:]

    /// With `managedFields` of the form that matters: who has ever written, and how.
    var shown: JSON {
        var shown = body
        shown["metadata"]?["managedFields"] = .array(
            applied.keys.sorted().map { manager in
                let name = manager.split(separator: "/").first.map(String.init) ?? manager
                return ["manager": .string(name), "operation": "Apply"]
            }
        )
        return shown
    }

    var metadataOnly: JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": shown["metadata"] ?? [:],
        ]
    }

    var uid: String { text("uid") ?? "" }
    var version: String { text("resourceVersion") ?? "" }
    var isDeleting: Bool { body["metadata"]?["deletionTimestamp"] != nil }

    var finalizers: [JSON] {
        guard case .array(let finalizers)? = body["metadata"]?["finalizers"] else { return [] }
        return finalizers
    }

    private func text(_ field: String) -> String? {
        guard case .string(let text)? = body["metadata"]?[field] else { return nil }
        return text
    }
}
