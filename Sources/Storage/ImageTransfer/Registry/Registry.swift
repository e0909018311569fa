// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPClient

/// One repository of a registry, spoken to as the OCI distribution specification 1.1 says.
///
/// Every request is bounded; steps that may be repeated are repeated when the registry fails for a moment. Callable from
/// any task.
package struct Registry: Sendable {
    /// How patient to be. Tests have smaller numbers.
    package struct Limits: Sendable {
        /// Of a request that carries little.
        package var answer = Duration.seconds(60)
        /// Of sending a blob: this, and a second for each ``assuredSpeed`` of what it is made from.
        package var sending = Duration.seconds(300)
        package var assuredSpeed: Int64 = 256 << 10
        /// The longest silence while a blob is sent. Longer than a source is waited for, whose error says more.
        package var silence = Duration.seconds(240)
        /// Of taking back what a failure leaves behind, with all that it takes. The failure is told before. Well below the
        /// 5 s after which a leader who has lost its lease ends the process if its work has not ended.
        package var abandon = Duration.seconds(2)
        package var retry = RetryPolicy()

        package init() {}
    }

    private let client: HTTPClient
    private let authentication: RegistryAuthentication
    private let tls: TLSMaterial
    let limits: Limits
    /// Scheme, host and port.
    let origin: String
    let name: String

    /// - Parameter reference: which registry and repository; its tag and digest do not count.
    package init(
        _ client: HTTPClient,
        _ reference: ImageReference,
        _ access: RegistryAccess,
        limits: Limits = Limits()
    ) {
        self.client = client
        self.limits = limits
        tls = access.tls
        name = reference.repository
        origin = access.origin(for: reference)
        authentication = RegistryAuthentication(client, origin: origin, access: access)
    }

    // MARK: Requests

    struct Call: Sendable {
        var method: String
        /// Whole, or a path of this registry.
        var url: String
        var headers: [(name: String, value: String)] = []
        var body = RequestBody.none
        var actions = RegistryAuthentication.Scope.Actions.pullAndPush
        /// `nil`: that of a request that carries little.
        var deadline: Duration?
        /// Statuses that are answers, not failures.
        var accepts: Set<Int> = []
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        /// What was asked, in the end.
        var url: HTTPAddress

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    /// Sends a request that may be repeated, until it is answered with success or one of the accepted statuses.
    ///
    /// - Throws: ``ImageTransferError``.
    func send(_ call: Call, upTo largest: Int = 1 << 20) async throws -> Answer {
        try await limits.retry.run(while: Self.isWorthRetrying) { try await sendOnce(call, upTo: largest) }
    }

    static let isWorthRetrying: @Sendable (any Error) -> Bool = {
        ($0 as? ImageTransferError)?.isWorthRetrying == true
    }

    /// One try, but for the question who asks and for redirections.
    func sendOnce(_ call: Call, upTo largest: Int = 1 << 20) async throws -> Answer {
        guard let home = HTTPAddress(origin) else {
            throw ImageTransferError(
                .invalidSettings,
                "\(origin) is not the address of a registry",
                advice: "check the registry's name and REGISTRY_ENDPOINTS"
            )
        }
        var url = try address(call.url, from: home)
        var redirections = 0
        var hasAuthenticated = false
        while true {
            let isOurs = url.hasSameOrigin(as: home)
            let authorization = isOurs ? try await authentication.authorization(for: scope(call)) : nil
            let response = try await attempt(call, url, isOurs, authorization)
            let isBodyGone = if case .stream = call.body { true } else { false }
            if response.status == 401, isOurs, !hasAuthenticated, authentication.refused(response, scope(call)) {
                if isBodyGone {
                    if authorization.map(authentication.mayHaveAged) == true { throw aged(call) }
                } else {
                    hasAuthenticated = true
                    continue
                }
            }
            if response.status == 401, !isOurs { throw elsewhere(call, url) }
            // Blobs may be kept elsewhere.
            if [301, 302, 303, 307, 308].contains(response.status), call.method == "GET" || call.method == "HEAD",
                let location = response.header("location"), redirections < 5
            {
                redirections += 1
                url = try address(location, from: url)
                continue
            }
            return try await answer(response, call, url, upTo: largest)
        }
    }

    private func attempt(
        _ call: Call,
        _ url: HTTPAddress,
        _ isOurs: Bool,
        _ authorization: RegistryAuthentication.Authorization?
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(call.method, url.text)
        request.headers = call.headers
        request.body = call.body
        // A registry's own authorities say nothing about the store that its blobs lie in.
        if isOurs { request.tls = tls }
        request.limits.total = call.deadline ?? limits.answer
        if case .stream = call.body {
            // Blobs go side by side, each over a connection of its own.
            request.allowsHTTP2 = false
            request.limits.idle = limits.silence
        }
        // Whoever we are sent on to has no business with our credentials.
        authorization?.header.reveal { request.headers.append(("Authorization", $0)) }
        do {
            return try await client.send(request)
        } catch let error as HTTPError {
            throw error.code == .invalidRequest ? unsendable(error, call) : unreachable(error, call.method)
        }
    }

    private func answer(
        _ response: HTTPResponse,
        _ call: Call,
        _ url: HTTPAddress,
        upTo largest: Int
    ) async throws -> Answer {
        let isRefusal = response.status >= 400
        let body = try await isRefusal ? refusalBody(response) : body(of: response, call, upTo: largest)
        let answer = Answer(status: response.status, headers: response.headers, body: body, url: url)
        if (200..<300).contains(response.status) || call.accepts.contains(response.status) { return answer }
        var error = RegistryRefusal(answer).error(shown(call), origin)
        error.retryAfter = response.retryAfter
        throw error
    }

    private func body(of response: HTTPResponse, _ call: Call, upTo largest: Int) async throws -> [UInt8] {
        do {
            return try await response.body.collect(upTo: largest)
        } catch let error as HTTPError where error.code == .bodyTooLarge {
            throw ImageTransferError(.registryRefused, "\(shown(call)): the answer is larger than \(largest) bytes")
        } catch let error as HTTPError {
            throw unreachable(error, call.method)
        }
    }

    /// What a refusal says besides its status; empty if that does not come, or is endless. Many who refuse a body that is
    /// still being sent close the connection over their own words.
    private func refusalBody(_ response: HTTPResponse) async throws -> [UInt8] {
        do {
            return try await withDeadline(limits.answer, clock: ContinuousClock()) {
                try await response.body.collect(upTo: 1 << 20)
            }
        } catch is HTTPError {
            return []
        } catch is DeadlineExceeded {
            return []
        }
    }

    private func scope(_ call: Call) -> RegistryAuthentication.Scope {
        .init(repository: name, actions: call.actions)
    }
}
