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
        var url: String

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
        var url = try absolute(call.url, from: origin)
        var redirections = 0
        var hasAuthenticated = false
        while true {
            let isOurs = Origin(url).map { $0 == Origin(origin) } ?? false
            let response = try await attempt(call, url, isOurs)
            let isBodyGone = if case .stream = call.body { true } else { false }
            if response.status == 401, isOurs, !hasAuthenticated, !isBodyGone,
                authentication.refused(response, scope(call))
            {
                hasAuthenticated = true
                continue
            }
            // Blobs may be kept elsewhere.
            if [301, 302, 303, 307, 308].contains(response.status), call.method == "GET" || call.method == "HEAD",
                let location = response.header("location"), redirections < 5
            {
                redirections += 1
                url = try absolute(location, from: url)
                continue
            }
            return try await answer(response, call, url, upTo: largest)
        }
    }

    private func attempt(_ call: Call, _ url: String, _ isOurs: Bool) async throws -> HTTPResponse {
        var request = HTTPRequest(call.method, url)
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
        if isOurs, let header = try await authentication.header(for: scope(call)) {
            request.headers.append(("Authorization", header))
        }
        do {
            return try await client.send(request)
        } catch let error as HTTPError {
            throw unreachable(error, call.method)
        }
    }

    private func answer(
        _ response: HTTPResponse,
        _ call: Call,
        _ url: String,
        upTo largest: Int
    ) async throws -> Answer {
        let body: [UInt8]
        do {
            body = try await response.body.collect(upTo: largest)
        } catch let error as HTTPError where error.code == .bodyTooLarge {
            throw ImageTransferError(.registryRefused, "\(shown(call)): the answer is larger than \(largest) bytes")
        } catch let error as HTTPError {
            throw unreachable(error, call.method)
        }
        let answer = Answer(status: response.status, headers: response.headers, body: body, url: url)
        if (200..<300).contains(answer.status) || call.accepts.contains(answer.status) { return answer }
        throw RegistryRefusal(answer).error(shown(call), origin)
    }

    private func scope(_ call: Call) -> RegistryAuthentication.Scope {
        .init(repository: name, actions: call.actions)
    }

    // MARK: Texts

    /// For messages: without the query, which may carry the state of an upload.
    private func shown(_ call: Call) -> String {
        "\(call.method) \(call.url.hasPrefix("/") ? origin : "")\(call.url.prefix { $0 != "?" })"
    }

    private func unreachable(_ error: HTTPError, _ method: String) -> ImageTransferError {
        ImageTransferError(
            .registryUnreachable,
            "\(method) \(origin)/v2/\(name): \(error)",
            advice: "check that the registry runs and is reached from here; REGISTRY_ENDPOINTS says where to send"
        )
    }

    /// A `Location` may be whole, without scheme, without host, or relative to what was asked.
    func absolute(_ location: String, from url: String) throws -> String {
        let scheme = url.lowercased().hasPrefix("https:") ? "https:" : "http:"
        let start = location.prefix(8).lowercased()
        let result: String
        if start.hasPrefix("https://") || start.hasPrefix("http://") {
            result = location
        } else if location.hasPrefix("//") {
            result = scheme + location
        } else if location.hasPrefix("/") {
            let host = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
            result = "\(scheme)//\(host.count > 1 ? host[1] : "")\(location)"
        } else {
            let path = url.prefix { $0 != "?" }
            result = "\(path[...(path.lastIndex(of: "/") ?? path.startIndex)])\(location)"
        }
        guard scheme == "http:" || result.prefix(6).lowercased() == "https:" else {
            throw ImageTransferError(
                .registryRefused,
                "The registry \(origin) is reached over TLS but answers with an address without TLS",
                advice: "tell the registry its outside address, for example with X-Forwarded-Proto"
            )
        }
        return result
    }
}
