// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import KubernetesModel

/// What an object shows that cannot be read as a whole: a wrong field of its specification says nothing against its
/// status.
struct StatusAlone<Primary: ResourceWithStatus>: Resource {
    static var kind: ResourceKind { Primary.kind }

    let metadata: ObjectMeta
    /// `nil` if there is none, or if it is the status that cannot be read.
    let status: Primary.Status?

    init(_ json: borrowing JSONView) throws(JSONError) {
        metadata = try json.value("metadata")
        status = try? json.optional("status")
    }
}
