// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import JSON

/// Finds out how a registry wants to be told who asks, and keeps the tokens it gives.
final class RegistryAuthentication: Sendable {
    /// What a repository's token allows.
    struct Scope: Hashable, Sendable {
        enum Actions: String, Sendable {
            case pull
            case pullAndPush = "pull,push"
        }

        var repository: String
        var actions: Actions

        var text: String { "repository:\(repository):\(actions.rawValue)" }
    }

    private struct Token: Sendable {
        var value: Secret
        var end: ContinuousClock.Instant
    }

    private struct Answer: JSONDecodable {
        var token: String
        var lifetime: Int64

        init(_ json: borrowing JSONView) throws(JSONError) {
            let token: String? = try json.optional("token")
            let accessToken: String? = try json.optional("access_token")
            guard let value = token ?? accessToken, !value.isEmpty else { throw JSONError("has no token") }
            self.token = value
            lifetime = try json.optional("expires_in") ?? 60  // the specification's default
        }
    }

    private let client: HTTPClient
    private let origin: String
    private let access: RegistryAccess
    private let challenge = Locked<Challenge?>(nil)
    private let tokens = SingleFlight<Scope, Token>()

    init(_ client: HTTPClient, origin: String, access: RegistryAccess) {
        self.client = client
        self.origin = origin
        self.access = access
    }

    /// The value of the `Authorization` header; `nil` while the registry has not asked for any.
    func header(for scope: Scope) async throws -> String? {
        switch challenge.withLock({ $0 }) {
        case nil: return nil
        case .basic:
            guard case .password(let user, let password)? = access.credentials else {
                throw ImageTransferError(
                    .registryUnauthorized,
                    "The registry \(origin) requires a user name and a password",
                    advice: Self.advice
                )
            }
            return Self.basic(user, password)
        case .bearer(let realm, let service, _):
            // A token that ends while a request is on its way is of no use.
            let token = try await tokens.value(for: scope) {
                $0.end - .now > .seconds(10)
            } fetch: {
                try await self.fetch(scope, realm, service)
            }
            return token.value.reveal { "Bearer \($0)" }
        }
    }

    /// The registry did not take what was sent. The next ``header(for:)`` does what it asks for.
    ///
    /// - Returns: whether another try makes sense.
    func refused(_ response: HTTPResponse, _ scope: Scope) -> Bool {
        let headers = response.headers.filter { $0.name == "www-authenticate" }.map(\.value)
        guard let asked = Challenge(headers) else { return false }
        challenge.withLock { $0 = asked }
        tokens.forget(scope)
        return true
    }

    // MARK: Tokens

    private func fetch(_ scope: Scope, _ realm: String, _ service: String?) async throws -> Token {
        guard realm.hasPrefix("https://") || (realm.hasPrefix("http://") && origin.hasPrefix("http://")) else {
            throw ImageTransferError(
                .registryUnauthorized,
                "The registry \(origin) names a token server that is not reached over TLS",
                advice: "correct the registry's authentication settings"
            )
        }
        var request = HTTPRequest("GET", realm)
        var parameters = [("scope", scope.text)]
        if let service { parameters.append(("service", service)) }
        if case .identityToken(let refreshToken)? = access.credentials {
            parameters += [("grant_type", "refresh_token"), ("client_id", "kittiwake")]
            refreshToken.reveal { parameters.append(("refresh_token", $0)) }
            request.method = "POST"
            request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
            request.body = .bytes(Array(PercentEncoding.form(parameters).utf8))
        } else {
            request.url += (realm.contains("?") ? "&" : "?") + PercentEncoding.form(parameters)
            if case .password(let user, let password)? = access.credentials {
                request.headers = [("Authorization", Self.basic(user, password))]
            }
        }
        request.tls = access.tls
        let begun = ContinuousClock.now
        let (status, body) = try await send(request)
        guard status == 200 else {
            let isRefused = status == 400 || status == 401 || status == 403
            throw ImageTransferError(
                isRefused ? .registryUnauthorized : .registryUnreachable,
                "The token server of \(origin) answered \(status) for \(scope.text)",
                advice: Self.advice
            )
        }
        do throws(JSONError) {
            let answer = try JSONDocument(parsing: body).decode(Answer.self)
            return Token(value: Secret(answer.token), end: begun + .seconds(min(max(answer.lifetime, 0), 86_400)))
        } catch {
            // Without the parser's words: the text is a secret.
            throw ImageTransferError(.registryRefused, "The token server of \(origin) gave no token")
        }
    }

    private func send(_ request: HTTPRequest) async throws -> (status: Int, body: [UInt8]) {
        do {
            let response = try await client.send(request)
            return (response.status, try await response.body.collect(upTo: 1 << 20))
        } catch let error as HTTPError {
            throw ImageTransferError(.registryUnreachable, "The token server of \(origin) did not answer: \(error)")
        }
    }

    private static func basic(_ user: String, _ password: Secret) -> String {
        password.reveal { "Basic \(Base64.encode(Array("\(user):\($0)".utf8)))" }
    }

    static let advice = "give credentials for this registry: pushSecret, or --authfile on the command line"
}
