// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import JSON
package import KubernetesModel

/// What a write has made of an object.
package struct WriteResult: Sendable {
    /// The whole object as the server answered it, for a cache to take up.
    package var document: JSONDocument
    package var metadata: ObjectMeta
    /// Whether it was not there before.
    package var isNew: Bool
}

extension KubernetesClient {
    /// Server-side apply by our one field manager, with force: fields that others hold become ours.
    ///
    /// Sent again only if the server has surely not done it. After a `transport` error it may be done or not: applying
    /// once more is right in both cases.
    package func apply(_ intent: ApplyIntent) async throws(KubernetesError) -> WriteResult {
        try await apply(.apply, intent)
    }

    /// The same for the status, which has owners of its own.
    package func applyStatus(_ intent: ApplyIntent) async throws(KubernetesError) -> WriteResult {
        try await apply(.applyStatus, intent)
    }

    /// A merge patch (RFC 7386): members are set, those that are null are removed. With `metadata.resourceVersion` in
    /// it the patch fails as `conflict` if the object has another version.
    package func merge(
        _ kind: ResourceKind,
        _ key: ObjectKey,
        _ change: JSON
    ) async throws(KubernetesError) -> WriteResult {
        var request = APIRequest(.patch, kind, key)
        request.contentType = "application/merge-patch+json"
        request.query = [("fieldManager", Self.fieldManager)]
        request.body = change.sorted.jsonBytes
        return try written(try await connection.call(request), request)
    }

    /// - Throws: `alreadyExists` if there is one of that name.
    package func create(
        _ kind: ResourceKind,
        namespace: String?,
        _ object: JSON
    ) async throws(KubernetesError) -> WriteResult {
        var request = APIRequest(.create, kind, namespace: namespace)
        request.query = [("fieldManager", Self.fieldManager)]
        request.body = object.sorted.jsonBytes
        return try written(try await connection.call(request), request)
    }

    /// Deletes the object with this UID, and what belongs to it in the background.
    ///
    /// - Returns: whether it was there. An object of that name with another UID is somebody else's and stays.
    @discardableResult
    package func delete(
        _ kind: ResourceKind,
        _ key: ObjectKey,
        uid: String
    ) async throws(KubernetesError) -> Bool {
        var request = APIRequest(.delete, kind, key)
        let options: JSON = [
            "apiVersion": "v1", "kind": "DeleteOptions", "preconditions": ["uid": .string(uid)],
            "propagationPolicy": "Background",
        ]
        request.body = options.jsonBytes
        do throws(KubernetesError) {
            _ = try await connection.call(request)
            return true
        } catch {
            guard error.code == .notFound || error.code == .conflict else { throw error }
            return false
        }
    }

    private func apply(_ verb: APIRequest.Verb, _ intent: ApplyIntent) async throws(KubernetesError) -> WriteResult {
        var request = APIRequest(verb, intent.kind, intent.key)
        request.isStatus = verb == .applyStatus
        request.contentType = "application/apply-patch+yaml"
        request.query = [("fieldManager", Self.fieldManager), ("force", "true")]
        request.body = intent.body.sorted.jsonBytes
        return try written(try await connection.call(request), request)
    }

    private func written(_ answer: APIConnection.Answer, _ request: APIRequest) throws(KubernetesError) -> WriteResult {
        do throws(JSONError) {
            let document = try JSONDocument(parsing: answer.body)
            let object: MetadataAlone = try document.decode()
            return WriteResult(document: document, metadata: object.metadata, isNew: answer.status == 201)
        } catch {
            throw KubernetesError(.unreadable, "\(request.description): \(error)")
        }
    }

    private struct MetadataAlone: JSONDecodable {
        var metadata: ObjectMeta

        init(_ json: borrowing JSONView) throws(JSONError) { metadata = try json.value("metadata") }
    }
}
