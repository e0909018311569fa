// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// Whose an object is: its metadata, and who has ever applied a part of it.
package struct Ownership: JSONDecodable, Sendable {
    package var metadata: ObjectMeta
    /// The field managers in `managedFields`, in their order.
    package var managers: [String]

    /// Whether our field manager is one of them.
    package var isOurs: Bool { managers.contains(KubernetesClient.fieldManager) }

    package init(_ json: borrowing JSONView) throws(JSONError) {
        metadata = try json.value("metadata")
        let fields: ManagedFields = try json.value("metadata")
        managers = fields.managers
    }

    private struct ManagedFields: JSONDecodable {
        var managers: [String]

        init(_ json: borrowing JSONView) throws(JSONError) {
            let entries: [Entry] = try json.optional("managedFields") ?? []
            managers = entries.map(\.manager)
        }
    }

    private struct Entry: JSONDecodable {
        var manager: String

        init(_ json: borrowing JSONView) throws(JSONError) { manager = try json.optional("manager") ?? "" }
    }
}
