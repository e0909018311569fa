// SPDX-License-Identifier: Apache-2.0

package import KubernetesClient
package import KubernetesModel

/// What the executor wants of a store, whatever kind it holds.
package protocol AnyStore: Sendable {
    var kind: ResourceKind { get }

    /// What is known of an object; `nil`: there is none in the cache.
    func known(_ key: ObjectKey) -> (metadata: ObjectMeta, fingerprint: Fingerprint)?

    /// Takes up the answer to a write.
    ///
    /// - Returns: the fingerprint of what was written; `nil` if the answer could not be read.
    @discardableResult
    func absorb(_ written: WriteResult) -> Fingerprint?
}

extension Store: AnyStore {
    package var kind: ResourceKind { Value.kind }

    package func known(_ key: ObjectKey) -> (metadata: ObjectMeta, fingerprint: Fingerprint)? {
        entry(key).map { ($0.metadata, $0.object.fingerprint) }
    }

    package func absorb(_ written: WriteResult) -> Fingerprint? {
        // An answer that cannot be read comes again as an event, where it is dealt with.
        guard let object = try? written.document.decode(DecodedObject<Value>.self) else { return nil }
        absorb(object)
        return object.fingerprint
    }
}
