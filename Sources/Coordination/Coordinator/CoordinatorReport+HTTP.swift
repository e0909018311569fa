// SPDX-License-Identifier: Apache-2.0

package import HTTPServer
internal import JSON

extension CoordinatorReport {
    /// The answer to a request (`original-systems.md` 001.3).
    ///
    /// - Parameters:
    ///   - request: GET and HEAD are answered, on `/health`, `/ready`, `/status` and `/metrics`.
    ///   - metrics: the text for `/metrics`.
    package func answer(_ request: ServerRequest, metrics: @autoclosure () -> String) -> ServerResponse {
        guard ["GET", "HEAD"].contains(request.method) else {
            return ServerResponse(405, headers: [("Allow", "GET, HEAD")])
        }
        return switch request.path {
        // That this answers at all is what it says: without a commit protocol there is no progress to watch.
        case "/health": Self.json(200, ["health": "UP"])
        case "/ready": Self.json(isReady ? 200 : 503, ["readiness": isReady ? "UP" : "DOWN"])
        case "/status":
            ServerResponse(200, headers: [("Content-Type", "application/json")], body: .bytes(jsonBytes))
        case "/metrics": ServerResponse(text: metrics())
        default: ServerResponse(404, text: "The paths are /health, /ready, /status and /metrics\n")
        }
    }

    private static func json(_ status: Int, _ value: JSON) -> ServerResponse {
        ServerResponse(status, headers: [("Content-Type", "application/json")], body: .bytes(value.jsonBytes))
    }
}
