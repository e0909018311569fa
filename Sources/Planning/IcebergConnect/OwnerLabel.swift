// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel
internal import Resources

/// Labels that say whose an object is, where an owner reference cannot: it would have to point into another namespace.
package enum OwnerLabel {
    package static let uid = "\(IcebergConnectNames.group)/owner-uid"
    package static let namespace = "\(IcebergConnectNames.group)/owner-namespace"
    package static let name = "\(IcebergConnectNames.group)/owner-name"

    /// An annotation with the owner's namespace and name, `shop/orders`, as they are.
    package static let annotation = "\(IcebergConnectNames.group)/owner"

    /// The UID of the resource that has made an object, by reference or by label; `nil` if it does not show. Other labels
    /// say nothing: a tool may have put its own name where ours stood.
    package static func owner(of metadata: ObjectMeta) -> String? {
        if case .resource(let uid) = ObjectOwner(of: metadata, label: uid, isOurs: false) { uid } else { nil }
    }

    /// The labels for the objects of a resource. A name that is no label value stands in its legal form.
    package static func labels(of metadata: ObjectMeta) -> StringMap {
        guard let owner = metadata.uid else { return [:] }
        return [uid: owner, namespace: metadata.namespace ?? "", name: LegalName.make(metadata.name)]
    }
}
