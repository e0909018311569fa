// SPDX-License-Identifier: Apache-2.0

import Basics
import Crypto
import HTTPServer

/// Enough of a registry to refuse what a real one refuses: a wrong digest, a manifest before its blobs.
final class FakeRegistry: Sendable {
    private struct State: Sendable {
        var uploads: [String: [UInt8]] = [:]
        var blobs: [String: [UInt8]] = [:]
        var manifests: [String: [UInt8]] = [:]
        var requests: [String] = []
    }

    private let state = Locked(State())

    var manifests: [String: [UInt8]] { state.withLock { $0.manifests } }
    var requests: [String] { state.withLock { $0.requests } }
    func blob(_ digest: String) -> [UInt8]? { state.withLock { $0.blobs[digest] } }

    func handle(_ request: ServerRequest) -> ServerResponse {
        state.withLock { state in
            state.requests.append("\(request.method) \(request.path)")
            let path = request.path.split(separator: "/").map(String.init)
            let last = path.last ?? ""
            switch (request.method, path.dropLast().last ?? "") {
            case ("POST", "blobs"): return begin(&state, path)
            case ("HEAD", "blobs"): return ServerResponse(state.blobs[last] == nil ? 404 : 200)
            case ("PATCH", "uploads"):
                guard request.query == "state=s%3D1", state.uploads[last] != nil else { return ServerResponse(404) }
                state.uploads[last]?.append(contentsOf: request.body)
                return ServerResponse(202, headers: [("Location", "\(request.path)?state=s%3D1")])
            case ("PUT", "uploads"): return end(&state, last, request)
            case ("PUT", "manifests"):
                state.manifests[last] = request.body
                return ServerResponse(201)
            default: return ServerResponse(404)
            }
        }
    }

    private func begin(_ state: inout State, _ path: [String]) -> ServerResponse {
        let name = "u\(state.uploads.count)"
        state.uploads[name] = []
        // With a query, which has to come back whole.
        let location = "/" + path.joined(separator: "/") + "/\(name)?state=s%3D1"
        return ServerResponse(202, headers: [("Location", location)])
    }

    private func end(_ state: inout State, _ name: String, _ request: ServerRequest) -> ServerResponse {
        let parts = request.query.split(separator: "&").map(String.init)
        guard parts.first == "state=s%3D1", let digest = parts.last?.split(separator: "=").last.map(String.init),
            var bytes = state.uploads[name]
        else { return ServerResponse(404) }
        bytes += request.body
        guard digest == "sha256:" + SHA256.hash(bytes).hex else { return ServerResponse(400) }
        state.blobs[digest] = bytes
        return ServerResponse(201)
    }
}
