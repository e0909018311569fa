// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesClient
package import KubernetesModel

/// Whose objects are, asked of the API server at most once for each object: a plan and its execution see the same.
final class Ownerships: Sendable {
    private let client: KubernetesClient
    private let found = Locked<[ObjectReference: Ownership?]>([:])

    init(_ client: KubernetesClient) { self.client = client }

    subscript(kind: ResourceKind, key: ObjectKey) -> Ownership? {
        get async throws(KubernetesError) {
            let object = ObjectReference(kind: kind, key: key)
            if let known = found.withLock({ $0[object] }) { return known }
            let answer = try await client.ownership(kind, key)
            found.withLock { $0[object] = .some(answer) }
            return answer
        }
    }
}

extension ReconcileContext {
    /// Whose an object of any kind is; `nil` if there is none. Asked once in a reconcile, so that what a plan rests on
    /// is what is acted upon.
    package func ownership(_ kind: ResourceKind, _ key: ObjectKey) async throws(KubernetesError) -> Ownership? {
        try await ownerships[kind, key]
    }
}
