// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import KubernetesModel

extension KubernetesClient {
    /// Page size of every list: 10,000 objects at once took more than twice the memory.
    static let pageSize = 500

    /// One object, as the server has it now; `nil` if there is none.
    package func get<Value: Resource>(_ type: Value.Type, _ key: ObjectKey) async throws(KubernetesError) -> Value? {
        var request = APIRequest(.get, Value.kind, key)
        request.accept = Value.accept("PartialObjectMetadata")
        return try await found(request)
    }

    /// Whose an object of any kind is; `nil` if there is none. Only metadata is sent.
    package func ownership(_ kind: ResourceKind, _ key: ObjectKey) async throws(KubernetesError) -> Ownership? {
        var request = APIRequest(.get, kind, key)
        request.accept = APIRequest.metadataOnly("PartialObjectMetadata")
        return try await found(request)
    }

    /// What the server answers, decoded; `nil` if there is no such object.
    private func found<Value: JSONDecodable>(_ request: APIRequest) async throws(KubernetesError) -> Value? {
        let answer: APIConnection.Answer
        do throws(KubernetesError) {
            answer = try await connection.call(request)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        return try Self.decode(answer, request)
    }

    /// The first page of a list, or the one after a page.
    ///
    /// Always a consistent read: without a version, which with a limit would mean exactly that version. Failures are
    /// not repeated here; whoever lists waits in his own way.
    ///
    /// - Parameters:
    ///   - token: the page's before; `nil`: from the start.
    ///   - limit: objects on the page; `nil`: all that there are.
    package func page<Value: Resource>(
        _ type: Value.Type,
        _ scope: ListScope,
        after token: String? = nil,
        limit: Int? = pageSize
    ) async throws(KubernetesError) -> Page<Value> {
        var request = APIRequest(.list, scope, Value.self)
        if let limit { request.query.append(("limit", "\(limit)")) }
        if let token { request.query.append(("continue", token)) }
        request.accept = Value.accept("PartialObjectMetadataList")
        request.isRetried = false
        return try Self.decode(try await connection.page(request), request)
    }

    /// What changes from a version on. The stream ends by itself after some minutes; then it is opened again.
    package func watch<Value: Resource>(
        _ type: Value.Type,
        _ scope: ListScope,
        from version: String
    ) async throws(KubernetesError) -> WatchStream<Value> {
        let seconds = (deadlines.watch + deadlines.watchSpread * jitter()).components.seconds
        var request = APIRequest(.watch, scope, Value.self)
        request.query += [("watch", "1"), ("allowWatchBookmarks", "true"), ("resourceVersion", version)]
        request.query.append(("timeoutSeconds", "\(seconds)"))
        request.accept = Value.accept("PartialObjectMetadata")
        request.idle = .seconds(seconds) + deadlines.watchSilence
        request.isRetried = false
        return WatchStream(request, try await connection.stream(request))
    }

    static func decode<Value: JSONDecodable>(
        _ answer: APIConnection.Answer,
        _ request: APIRequest
    ) throws(KubernetesError) -> Value {
        do throws(JSONError) {
            return try JSONDocument(parsing: answer.body).decode()
        } catch {
            throw KubernetesError(.unreadable, "\(request.description): \(error)")
        }
    }
}

extension APIRequest {
    fileprivate init<Value: Resource>(_ verb: Verb, _ scope: ListScope, _ type: Value.Type) {
        self.init(verb, Value.kind, namespace: scope.namespace)
        if let selector = scope.labelSelector { query.append(("labelSelector", selector)) }
    }
}

extension Resource {
    /// Asks for metadata alone if that is all the type has.
    fileprivate static func accept(_ partial: String) -> String {
        isMetadataOnly ? APIRequest.metadataOnly(partial) : "application/json"
    }
}
