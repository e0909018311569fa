// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import HTTPServer
internal import JSON
internal import KubernetesModel

/// A Kubernetes API server in this process, with real HTTP: objects with versions, lists in pages, watches, server-side
/// apply, patches, finalizers, Leases. It takes any kind of object as it comes.
///
/// The same contract tests run against it and against a real one, so that it cannot drift.
package final class APIServer: Sendable {
    struct State: Sendable {
        var table = ObjectTable()
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var faults: [PendingFault] = []
        var requests: [String] = []
        /// Lists that are being read page by page: what they showed at their start.
        var pages: [String: (version: Int, rest: [StoredObject])] = [:]
        var tokens: Set<String>?
    }

    let state = Locked(State())

    package init() {}

    // MARK: What a test asks for

    /// The next requests that `applies` meet this fault, so many of them.
    package func inject(
        _ fault: Fault,
        times: Int = 1,
        where applies: @escaping @Sendable (ServerRequest) -> Bool = { _ in true }
    ) {
        let pending = PendingFault(fault: fault, applies: applies)
        state.withLock { $0.faults += Array(repeating: pending, count: times) }
    }

    /// As a role, a policy or a webhook may refuse one kind of object.
    ///
    /// - Parameter resource: its plural name.
    package func refuseApplies(of resource: String, _ status: Int, reason: String, times: Int = 1) {
        inject(.status(status, reason: reason), times: times) { $0.method == "PATCH" && $0.path.contains(resource) }
    }

    /// Whether all injected faults have happened.
    package var isFaultless: Bool { state.withLock { $0.faults.isEmpty } }

    /// Forgets the history: what continues from before it is told 410.
    package func compact() {
        state.withLock { state in
            state.table.compact()
            state.pages = [:]
        }
    }

    /// Ends all watches as a server does after their time.
    package func endWatches() { for watcher in takeWatchers() { watcher.lines.finish() } }

    /// Cuts all watches, as a restart does.
    package func cutWatches() { for watcher in takeWatchers() { watcher.cut() } }

    /// Tells all watches how far they are.
    package func sendBookmarks() {
        let (watchers, table) = state.withLock { (Array($0.watchers.values), $0.table) }
        for watcher in watchers { watcher.tell(table.changes, bookmark: table.version) }
    }

    /// The version of the last change.
    package var version: Int { state.withLock { $0.table.version } }

    package var watchCount: Int { state.withLock { $0.watchers.count } }

    /// `PATCH /api/v1/namespaces/shop/configmaps/orders`, in order of arrival, without queries. Watches say `WATCH`.
    package var requests: [String] { state.withLock { $0.requests } }

    package func forgetRequests() { state.withLock { $0.requests = [] } }

    /// From now on only requests with one of these bearer tokens are known.
    package func accept(tokens: Set<String>) { state.withLock { $0.tokens = tokens } }

    private func takeWatchers() -> [Watcher] {
        state.withLock { state in
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
    }

    // MARK: Answering

    package func handle(_ request: ServerRequest) async -> ServerResponse {
        guard let route = APIRoute(request) else { return ServerResponse(404) }
        let isWatch = request.method == "GET" && route.query["watch"] != nil
        let fault = state.withLock { state -> Fault? in
            state.requests.append("\(isWatch ? "WATCH" : request.method) \(request.path)")
            guard let index = state.faults.firstIndex(where: { $0.applies(request) }) else { return nil }
            return state.faults.remove(at: index).fault
        }
        if let tokens = state.withLock({ $0.tokens }) {
            let token = request.header("authorization")?.split(separator: " ").last.map(String.init)
            guard let token, tokens.contains(token) else { return APIProblem(401, "Unauthorized", "no").response }
        }
        switch fault {
        case .status(let code, let reason, let retryAfter):
            let message = code == 403 ? route.denial(of: isWatch ? "WATCH" : request.method) : "injected"
            return APIProblem(code, reason, message, retryAfter: retryAfter).response
        case .slow(let latch): try? await latch.wait()  // or the server ends
        case .lostAnswer:
            _ = answer(request, route, nil)
            // A throw in a stream cuts the connection.
            return ServerResponse(body: .stream { _ in throw CancellationError() })
        default: break
        }
        return isWatch ? watch(request, route, fault) : answer(request, route, fault)
    }

    private func answer(_ request: ServerRequest, _ route: APIRoute, _ fault: Fault?) -> ServerResponse {
        do throws(APIProblem) {
            switch request.method {
            case "GET" where route.name == nil: return try list(request, route, fault)
            case "GET": return try get(request, route, fault)
            default: return try write(request, route)
            }
        } catch {
            return error.response
        }
    }

    private func get(_ request: ServerRequest, _ route: APIRoute, _ fault: Fault?) throws(APIProblem) -> ServerResponse
    {
        let key = ObjectKey(namespace: route.namespace, name: route.name ?? "")
        let object = state.withLock { state in
            guard case .past(let version)? = fault else { return state.table.object(route.collection, key) }
            return state.table.objects(route.collection, at: version).first { $0.key == key }
        }
        guard let object else { throw .notFound("\(route.collection.plural) \"\(key.name)\"") }
        return .json(200, request.wantsMetadataOnly ? object.metadataOnly : object.shown)
    }

    private func write(_ request: ServerRequest, _ route: APIRoute) throws(APIProblem) -> ServerResponse {
        let body = try request.json()
        let key = ObjectKey(namespace: route.namespace, name: route.name ?? "")
        let isStatus = route.subresource == "status"
        let manager = route.query["fieldManager"] ?? "unknown"
        let outcome = state.withLock { state -> Result<(StoredObject, Int), APIProblem> in
            Result { () throws(APIProblem) in
                switch (request.method, request.header("content-type") ?? "") {
                case ("POST", _): return (try state.table.create(route.collection, route.namespace, body), 201)
                case ("DELETE", _):
                    let uid = body["preconditions"]?["uid"]
                    return (try state.table.delete(route.collection, key, uid: uid), 200)
                case ("PATCH", "application/apply-patch+yaml"):
                    let (object, isNew) = try state.table.apply(
                        route.collection,
                        key,
                        body,
                        manager: manager,
                        isStatus: isStatus
                    )
                    return (object, isNew ? 201 : 200)
                case ("PATCH", "application/merge-patch+json"):
                    let object = try state.table.update(route.collection, key, isStatus: isStatus) {
                        $0.body = MergePatch.apply(body, to: $0.body)
                    }
                    return (object, 200)
                default: throw APIProblem(415, "UnsupportedMediaType", "what is that?")
                }
            }
        }
        tellWatchers()
        let (object, code) = try outcome.get()
        return .json(code, object.shown)
    }
}

extension ServerRequest {
    var wantsMetadataOnly: Bool { header("accept")?.contains("as=PartialObjectMetadata") == true }

    func json() throws(APIProblem) -> JSON {
        if body.isEmpty { return [:] }
        do throws(JSONError) {
            return try JSONDocument(parsing: body).decode()
        } catch {
            throw APIProblem(400, "BadRequest", "\(error)")
        }
    }
}

extension ServerResponse {
    static func json(_ status: Int, _ body: JSON) -> ServerResponse {
        ServerResponse(status, headers: [("Content-Type", "application/json")], body: .bytes(body.jsonBytes))
    }
}
