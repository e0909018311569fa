// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// A store whose changes concern resources of another kind: it turns an object into the keys of those.
///
/// The old and the new state of an object are both asked: a child that changes its owner concerns both.
package struct Trigger: Sendable {
    typealias Add = @Sendable (ObjectKey, Priority) -> Void

    /// Starts; returns what stops.
    let attach: @Sendable (@escaping Add) -> @Sendable () -> Void

    /// Any rule. With an index of the resources' store it leads from a Secret to those that refer to it.
    package static func mapped<Value: Resource>(
        _ store: Store<Value>,
        _ keys: @escaping @Sendable (Value) -> [ObjectKey]
    ) -> Trigger {
        Trigger { add in
            let id = store.subscribe { change in
                let concerned = Set([change.old?.value, change.new?.value].compactMap { $0 }.flatMap(keys))
                for key in concerned { add(key, change.isFirst ? .background : .urgent) }
            }
            return { store.unsubscribe(id) }
        }
    }

    /// Children by their controlling owner, which is in the same namespace.
    package static func owned<Child: Resource>(_ store: Store<Child>, by kind: ResourceKind) -> Trigger {
        mapped(store) { child in
            guard let owner = child.metadata.controller, owner.kind == kind.kind,
                owner.apiVersion.prefix(while: { $0 != "/" }) == kind.apiVersion.prefix(while: { $0 != "/" })
            else { return [] }
            return [ObjectKey(namespace: child.metadata.namespace, name: owner.name)]
        }
    }

    /// Children in any namespace by an annotation that names the owner: `shop/orders`. A label would not do, because
    /// names may be longer than its values.
    package static func annotated<Child: Resource>(_ store: Store<Child>, _ annotation: String) -> Trigger {
        mapped(store) { child in
            let parts = child.metadata.annotations[annotation]?.split(separator: "/").map(String.init) ?? []
            return parts.count == 2 ? [ObjectKey(namespace: parts[0], name: parts[1])] : []
        }
    }

    /// The resources themselves, without what only our own status writes change (row 17).
    static func primaries<Primary: Resource>(_ store: Store<Primary>) -> Trigger {
        Trigger { add in
            let id = store.subscribe { change in
                if let old = change.old?.metadata, let new = change.new?.metadata, !new.hasNews(since: old) { return }
                guard let key = (change.new ?? change.old)?.metadata.key else { return }
                add(key, change.isFirst ? .background : .urgent)
            }
            return { store.unsubscribe(id) }
        }
    }
}

extension ObjectMeta {
    /// Whether anything but the status has changed. A kind without generations may always have.
    fileprivate func hasNews(since old: ObjectMeta) -> Bool {
        uid != old.uid || generation == nil || generation != old.generation || labels != old.labels
            || annotations != old.annotations || finalizers != old.finalizers
            || ownerReferences != old.ownerReferences || deletionTimestamp != old.deletionTimestamp
    }
}
