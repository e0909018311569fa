// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// One page of a list.
package struct Page<Value: Resource>: Sendable {
    package var items: [DecodedObject<Value>]
    /// Of the whole list: where a watch goes on.
    package var resourceVersion: String
    /// Asks for the next page; `nil`: this was the last.
    package var continueToken: String?

    package init(items: [DecodedObject<Value>], resourceVersion: String, continueToken: String? = nil) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
    }
}

extension Page: JSONDecodable {
    private struct Metadata: JSONDecodable {
        var resourceVersion: String
        var continueToken: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            resourceVersion = try json.optional("resourceVersion") ?? ""
            continueToken = try json.optional("continue")
        }
    }

    package init(_ json: borrowing JSONView) throws(JSONError) {
        let metadata: Metadata = try json.value("metadata")
        self.init(
            items: try json.optional("items") ?? [],
            resourceVersion: metadata.resourceVersion,
            continueToken: metadata.continueToken.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}
