// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
package import HTTPServer

/// Enough of a registry to refuse what a real one refuses: a wrong digest, a manifest before its blobs, a stranger.
package final class FakeRegistry: Sendable {
    /// Who may come in.
    package enum Door: Sendable {
        case open
        case basic(user: String, password: String)
        /// With a token, which `/token` of the same server gives to this user.
        case bearer(user: String, password: String)
        /// With a token, which `/token` gives for this refresh token.
        case identity(String)
    }

    private struct State: Sendable {
        var uploads: [String: [UInt8]] = [:]
        var blobs: [String: [UInt8]] = [:]
        var manifests: [String: [UInt8]] = [:]
        var types: [String: String] = [:]
        var requests: [String] = []
        var tokens: Set<String> = []
        var count = 0
    }

    private let door: Door
    private let state = Locked(State())

    package init(_ door: Door = .open) { self.door = door }

    /// By tag and by digest.
    package var manifests: [String: [UInt8]] { state.withLock { $0.manifests } }
    package var blobs: [String: [UInt8]] { state.withLock { $0.blobs } }
    /// `PATCH /v2/kafka/worker/blobs/uploads/u0`, in the order in which they came.
    package var requests: [String] { state.withLock { $0.requests } }
    /// Uploads that were begun and neither ended nor taken back.
    package var openUploads: Int { state.withLock { $0.uploads.count } }

    package func forgetRequests() { state.withLock { $0.requests = [] } }
    package func forgetTokens() { state.withLock { $0.tokens = [] } }
    package func remove(blob digest: String) { state.withLock { $0.blobs[digest] = nil } }
    package func put(blob: [UInt8]) { state.withLock { $0.blobs["sha256:\(SHA256.hash(blob).hex)"] = blob } }
    package func type(of manifest: String) -> String? { state.withLock { $0.types[manifest] } }

    package func put(manifest: [UInt8], type: String, as tag: String) {
        state.withLock { state in _ = store(&state, manifest, type, tag) }
    }

    package func handle(_ request: ServerRequest) -> ServerResponse {
        state.withLock { state in
            if request.path == "/token" { return token(&state, request) }
            state.requests.append("\(request.method) \(request.path)")
            if let refusal = refusal(state, request) { return refusal }
            return answer(&state, request)
        }
    }

    private func answer(_ state: inout State, _ request: ServerRequest) -> ServerResponse {
        let path = request.path.split(separator: "/").map(String.init)
        let last = path.last ?? ""
        switch (request.method, path.dropLast().last ?? "") {
        case ("POST", "blobs"): return begin(&state, path)
        case ("HEAD", "blobs"): return Self.found(state.blobs[last], last, "application/octet-stream")
        case ("GET", "blobs"): return Self.found(state.blobs[last], last, "application/octet-stream")
        case ("PATCH", "uploads"):
            guard request.query == "state=s%3D1", state.uploads[last] != nil else { return ServerResponse(404) }
            state.uploads[last]?.append(contentsOf: request.body)
            return ServerResponse(202, headers: [("Location", "\(request.path)?state=s%3D1")])
        case ("PUT", "uploads"): return end(&state, last, request)
        case ("DELETE", "uploads"):
            return ServerResponse(state.uploads.removeValue(forKey: last) == nil ? 404 : 204)
        case ("GET", "manifests"), ("HEAD", "manifests"):
            let bytes = state.manifests[last]
            let digest = bytes.map { "sha256:\(SHA256.hash($0).hex)" } ?? ""
            return Self.found(bytes, digest, state.types[last] ?? "")
        case ("PUT", "manifests"): return putManifest(&state, last, request)
        default: return ServerResponse(404)
        }
    }

    private static func found(_ bytes: [UInt8]?, _ digest: String, _ type: String) -> ServerResponse {
        guard let bytes else { return error(404, "MANIFEST_UNKNOWN") }
        let headers = [("Docker-Content-Digest", digest), ("Content-Type", type)]
        // The server leaves the body out of answers to HEAD, but states its size.
        return ServerResponse(200, headers: headers, body: .bytes(bytes))
    }

    /// As the specification words them.
    package static func error(_ status: Int, _ code: String, _ detail: String = "null") -> ServerResponse {
        let text = #"{"errors":[{"code":"\#(code)","message":"a message","detail":\#(detail)}]}"#
        return ServerResponse(status, headers: [("Content-Type", "application/json")], body: .bytes(Array(text.utf8)))
    }

    // MARK: Uploads

    private func begin(_ state: inout State, _ path: [String]) -> ServerResponse {
        let name = "u\(state.count)"
        state.count += 1
        state.uploads[name] = []
        // With a query, which has to come back whole.
        let location = "/" + path.joined(separator: "/") + "/\(name)?state=s%3D1"
        return ServerResponse(202, headers: [("Location", location)])
    }

    private func end(_ state: inout State, _ name: String, _ request: ServerRequest) -> ServerResponse {
        let parts = request.query.split(separator: "&").map(String.init)
        guard parts.first == "state=s%3D1", var bytes = state.uploads[name],
            let digest = parts.last?.split(separator: "=").last?.split(separator: "%3A").joined(separator: ":")
        else { return ServerResponse(404) }
        bytes += request.body
        guard digest == "sha256:\(SHA256.hash(bytes).hex)" else { return Self.error(400, "DIGEST_INVALID") }
        state.uploads[name] = nil
        state.blobs[digest] = bytes
        return ServerResponse(201, headers: [("Docker-Content-Digest", digest)])
    }

    private func putManifest(_ state: inout State, _ tag: String, _ request: ServerRequest) -> ServerResponse {
        let text = String(decoding: request.body, as: UTF8.self)
        let named = text.split(separator: "\"digest\":\"").dropFirst().map { String($0.prefix(71)) }
        guard named.allSatisfy({ state.blobs[$0] != nil }) else { return Self.error(400, "MANIFEST_BLOB_UNKNOWN") }
        let digest = store(&state, request.body, request.header("content-type") ?? "", tag)
        return ServerResponse(201, headers: [("Docker-Content-Digest", digest)])
    }

    @discardableResult
    private func store(_ state: inout State, _ manifest: [UInt8], _ type: String, _ tag: String) -> String {
        let digest = "sha256:\(SHA256.hash(manifest).hex)"
        for name in [tag, digest] { (state.manifests[name], state.types[name]) = (manifest, type) }
        return digest
    }

    // MARK: The door

    private func refusal(_ state: State, _ request: ServerRequest) -> ServerResponse? {
        let given = request.header("authorization") ?? ""
        switch door {
        case .open: return nil
        case .basic(let user, let password):
            if given == Self.basic(user, password) { return nil }
            return ServerResponse(401, headers: [("WWW-Authenticate", #"Basic realm="registry""#)])
        case .bearer, .identity:
            if given.hasPrefix("Bearer "), state.tokens.contains(String(given.dropFirst(7))) { return nil }
            let host = request.header("host") ?? ""
            let challenge = #"Bearer realm="http://\#(host)/token",service="a, registry",scope="repository:x:pull""#
            return ServerResponse(401, headers: [("WWW-Authenticate", challenge)])
        }
    }

    private func token(_ state: inout State, _ request: ServerRequest) -> ServerResponse {
        let body = String(decoding: request.body, as: UTF8.self)
        state.requests.append("\(request.method) /token \(request.query)\(body)")
        let isKnown =
            switch door {
            case .open, .basic: false
            case .bearer(let user, let password): request.header("authorization") == Self.basic(user, password)
            case .identity(let token): request.method == "POST" && body.contains("refresh_token=\(token)")
            }
        guard isKnown else { return ServerResponse(401) }
        let token = "token-\(state.requests.count)"
        state.tokens.insert(token)
        return ServerResponse(200, text: #"{"token":"\#(token)","expires_in":300}"#)
    }

    private static func basic(_ user: String, _ password: String) -> String {
        "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
    }
}
