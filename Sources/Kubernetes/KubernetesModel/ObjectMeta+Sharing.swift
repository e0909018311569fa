// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension ObjectMeta {
    /// Replaces what many objects have in common by `share`'s copy. Names and UIDs are an object's own and stay.
    package mutating func shareStrings(_ share: (String) -> String) {
        namespace = namespace.map(share)
        creationTimestamp = creationTimestamp.map(share)
        labels = StringMap(labels.entries.map { (share($0.key), share($0.value)) })
        annotations = StringMap(annotations.entries.map { (share($0.key), share($0.value)) })
        finalizers = finalizers.map(share)
        for index in ownerReferences.indices {
            ownerReferences[index].apiVersion = share(ownerReferences[index].apiVersion)
            ownerReferences[index].kind = share(ownerReferences[index].kind)
        }
    }
}
