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

    /// What is sent to say who asks.
    struct Authorization: Sendable {
        /// The header's value.
        var header: Secret
        /// Which of the tokens it is, counted from 1; `nil` for a password.
        var token: Int?
    }

    private struct Token: Sendable {
        var value: Secret
        var end: ContinuousClock.Instant
        var number: Int
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
    private let count = Locked(0)
    /// The token that was refused with a body that cannot be sent twice.
    private let aged = Locked<Int?>(nil)

    init(_ client: HTTPClient, origin: String, access: RegistryAccess) {
        self.client = client
        self.origin = origin
        self.access = access
    }

    /// `nil` while the registry has not asked for any.
    func authorization(for scope: Scope) async throws -> Authorization? {
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
            return Authorization(header: Secret(Self.basic(user, password)))
        case .bearer(let realm, let service, _):
            // A token that ends while a request is on its way is of no use.
            let token = try await tokens.value(for: scope) {
                $0.end - .now > .seconds(10)
            } fetch: {
                try await self.fetch(scope, realm, service)
            }
            return Authorization(header: token.value.reveal { Secret("Bearer \($0)") }, token: token.number)
        }
    }

    /// The registry did not take what was sent. The next ``authorization(for:)`` does what it asks for.
    ///
    /// - Returns: whether another try makes sense.
    func refused(_ response: HTTPResponse, _ scope: Scope) -> Bool {
        let headers = response.headers.filter { $0.name == "www-authenticate" }.map(\.value)
        guard let asked = Challenge(headers) else { return false }
        challenge.withLock { $0 = asked }
        tokens.forget(scope)
        return true
    }

    /// Whether what was refused is a token that may only have become too old since it was given. Says so of one token:
    /// when the next is refused as well, it is not their age.
    func mayHaveAged(_ authorization: Authorization) -> Bool {
        guard let token = authorization.token else { return false }
        return aged.withLock { aged in
            aged = aged ?? token
            return aged == token
        }
    }

    // MARK: Tokens

    private func fetch(_ scope: Scope, _ realm: String, _ service: String?) async throws -> Token {
        guard let server = HTTPAddress(realm), server.isSecure || origin.hasPrefix("http://") else {
            throw ImageTransferError(
                .registryUnauthorized,
                "The registry \(origin) names a token server that cannot be asked over TLS",
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
        let (response, body) = try await send(request)
        guard response.status == 200 else {
            let isRefused = [400, 401, 403].contains(response.status)
            var error = ImageTransferError(
                isRefused ? .registryUnauthorized : .registryUnreachable,
                "The token server of \(origin) answered \(response.status) for \(scope.text)",
                advice: Self.advice
            )
            error.retryAfter = response.retryAfter
            throw error
        }
        do throws(JSONError) {
            let answer = try JSONDocument(parsing: body).decode(Answer.self)
            let number = count.withLock { count in
                count += 1
                return count
            }
            let end = begun + .seconds(min(max(answer.lifetime, 0), 86_400))
            return Token(value: Secret(answer.token), end: end, number: number)
        } catch {
            // Without the parser's words: the text is a secret.
            throw ImageTransferError(.registryRefused, "The token server of \(origin) gave no token")
        }
    }

    private func send(_ request: HTTPRequest) async throws -> (HTTPResponse, body: [UInt8]) {
        do {
            let response = try await client.send(request)
            return (response, try await response.body.collect(upTo: 1 << 20))
        } catch let error as HTTPError where error.code == .invalidRequest {
            throw ImageTransferError(.registryRefused, "The registry \(origin) names no token server that can be asked")
        } catch let error as HTTPError {
            throw ImageTransferError(.registryUnreachable, "The token server of \(origin) did not answer: \(error)")
        }
    }

    private static func basic(_ user: String, _ password: Secret) -> String {
        password.reveal { "Basic \(Base64.encode(Array("\(user):\($0)".utf8)))" }
    }

    static let advice = "give credentials for this registry: pushSecret, or --authfile on the command line"
}
