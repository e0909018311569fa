// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The `Status` object that an API server sends instead of what was asked for.
struct StatusAnswer: JSONDecodable, Sendable {
    var reason: String
    var message: String
    /// The HTTP status, where it comes inside a watch.
    var code: Int?
    var retryAfter: Duration?

    init(reason: String = "", message: String = "", code: Int? = nil, retryAfter: Duration? = nil) {
        self.reason = reason
        self.message = message
        self.code = code
        self.retryAfter = retryAfter
    }

    init(_ json: borrowing JSONView) throws(JSONError) {
        reason = try json.optional("reason") ?? ""
        message = try json.optional("message") ?? ""
        code = try json.optional("code")
        let details: Details? = try json.optional("details")
        retryAfter = details?.retryAfterSeconds.flatMap { $0 > 0 ? .seconds($0) : nil }
    }

    private struct Details: JSONDecodable {
        var retryAfterSeconds: Int?

        init(_ json: borrowing JSONView) throws(JSONError) {
            retryAfterSeconds = try json.optional("retryAfterSeconds")
        }
    }
}

extension KubernetesError {
    /// What an answer with an error means, by HTTP status and reason.
    init(_ request: APIRequest, status: Int, _ answer: StatusAnswer, retryAfter: Duration?) {
        let code = Self.code(status, answer.reason, isRead: request.verb.isRead)
        // What a server says about a Secret may quote a piece of it.
        let quotes = request.kind != .secret && !answer.message.isEmpty
        let reason = answer.reason.isEmpty ? "" : " \(answer.reason)"
        let text = quotes ? ": \(answer.message.prefix(1024))" : ""
        self.init(
            code,
            "\(request.description): the API server answered \(status)\(reason)\(text)\(Self.advice(code, request, answer))",
            retryAfter: retryAfter ?? answer.retryAfter
        )
    }

    private static func code(_ status: Int, _ reason: String, isRead: Bool) -> Code {
        switch status {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 409: reason == "AlreadyExists" ? .alreadyExists : .conflict
        case 410: .expired
        case 422: .invalid
        case 429: .throttled
        case 503: .unavailable
        case 504: isRead ? .unavailable : .transport
        case _ where reason == "Expired" || reason == "Gone": .expired
        case 405, 406, 413, 415: .badRequest
        default: .internal  // also what only a proxy answers: 408, 421, 425
        }
    }

    private static func advice(_ code: Code, _ request: APIRequest, _ answer: StatusAnswer) -> String {
        switch code {
        // Quotas, namespaces that are being deleted and policies forbid too; no role helps against them.
        case .forbidden where answer.message.contains(" cannot \(request.verb.name) resource "):
            let group = request.kind.group.isEmpty ? "" : ".\(request.kind.group)"
            let part = request.isStatus ? "/status" : ""
            return "; the role needs the verb \(request.verb.name) for \(request.kind.plural)\(part)\(group)"
        case .unauthorized: return "; the token or the client certificate is not accepted"
        case .forbidden, .notFound, .alreadyExists, .conflict, .invalid, .badRequest, .expired, .throttled,
            .unavailable, .internal, .transport, .unreadable, .configuration, .cancelled:
            return ""
        }
    }
}
