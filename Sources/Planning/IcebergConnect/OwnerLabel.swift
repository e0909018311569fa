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

    /// The UIDs of the resources that have made an object, by reference and by label. An owner that is not the
    /// controller has not: users tie objects of theirs to a resource so that they go with it.
    package static func owners(of metadata: ObjectMeta) -> [String] {
        let managedBy = IcebergConnectNames.managedBy
        let isOurs = metadata.labels[managedBy.label] == managedBy.value
        return [metadata.controller?.uid, isOurs ? metadata.labels[uid] : nil].compactMap { $0 }
    }

    /// The labels for the objects of a resource. A name that is no label value stands in its legal form.
    package static func labels(of metadata: ObjectMeta) -> StringMap {
        guard let owner = metadata.uid else { return [:] }
        return [uid: owner, namespace: metadata.namespace ?? "", name: LegalName.make(metadata.name)]
    }
}
