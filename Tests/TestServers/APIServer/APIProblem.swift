// SPDX-License-Identifier: Apache-2.0

internal import HTTPServer
internal import JSON

/// Why the server does not do what it was asked, as a real one says it.
struct APIProblem: Error, Sendable {
    var code: Int
    var reason: String
    var message: String
    var retryAfter: Int?

    init(_ code: Int, _ reason: String, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }

    static func notFound(_ what: String) -> APIProblem { APIProblem(404, "NotFound", "\(what) not found") }
    static func conflict(_ message: String) -> APIProblem { APIProblem(409, "Conflict", message) }
    static func invalid(_ message: String) -> APIProblem { APIProblem(422, "Invalid", message) }

    /// - Parameter oldest: the first version that is still known.
    static func expired(_ version: Int, oldest: Int) -> APIProblem {
        APIProblem(410, "Expired", "too old resource version: \(version) (\(oldest))")
    }

    var status: JSON {
        [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason), "code": .integer(Int64(code)),
        ]
    }

    var response: ServerResponse {
        var headers = [(name: "Content-Type", value: "application/json")]
        if let retryAfter { headers.append(("Retry-After", "\(retryAfter)")) }
        return ServerResponse(code, headers: headers, body: .bytes(status.jsonBytes))
    }
}
