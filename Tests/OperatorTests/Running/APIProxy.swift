// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import HTTPServer
import KubernetesModel
import TestServers

/// Stands between an operator and a real API server, in clear, and sees what passes.
final class APIProxy: Sendable {
    /// What the API server has answered to a request other than a watch, before the operator hears of it.
    typealias Answered = @Sendable (ServerRequest, _ status: Int, _ body: [UInt8]) -> Void

    /// A kubeconfig that names a file; the test bed's have everything inside.
    struct Unexpected: Error {
        var path: String
    }

    private let client = HTTPClient()
    private let base: String
    private let tls: TLSMaterial
    private let answered: Answered

    /// - Parameter access: with certificates as text.
    init(_ access: ClusterAccess, answered: @escaping Answered) throws {
        func bytes(_ material: ClusterAccess.Material?) throws -> [UInt8]? {
            switch material {
            case .text(let text): text.reveal { Array($0.utf8) }
            case .file(let path): throw Unexpected(path: path)
            case nil: nil
            }
        }
        base = access.server
        tls = TLSMaterial(
            authorities: try bytes(access.authority),
            certificate: try bytes(access.certificate),
            privateKey: try bytes(access.privateKey)
        )
        self.answered = answered
    }

    @Sendable func handle(_ request: ServerRequest) async -> ServerResponse {
        do {
            let isWatch = request.query.contains("watch=1")
            let response = try await send(request, isStream: isWatch)
            let type = ("Content-Type", response.header("content-type") ?? "application/json")
            if isWatch {
                return ServerResponse(
                    response.status,
                    headers: [type],
                    body: .stream { writer in for try await chunk in response.body { try await writer.write(chunk) } }
                )
            }
            let body = try await response.body.collect()
            answered(request, response.status, body)
            return ServerResponse(response.status, headers: [type], body: .bytes(body))
        } catch {
            return ServerResponse(502, text: "\(error)")
        }
    }

    /// Asks for something on the test's own account.
    func get(_ path: String) async throws -> [UInt8] {
        let request = ServerRequest(method: "GET", path: path, query: "", headers: [], body: [])
        return try await send(request, isStream: false).body.collect()
    }

    private func send(_ request: ServerRequest, isStream: Bool) async throws -> HTTPResponse {
        let query = request.query.isEmpty ? "" : "?\(request.query)"
        var message = HTTPRequest(request.method, base + request.path + query)
        message.headers = request.headers.filter { ["accept", "content-type", "user-agent"].contains($0.name) }
        message.body = request.body.isEmpty ? .none : .bytes(request.body)
        message.tls = tls
        if isStream { message.limits.total = nil }
        return try await client.send(message)
    }
}
