// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import JSON
internal import KubernetesModel

/// Everything the verbs have in common: credentials, limits, sending again, errors.
final class APIConnection: Sendable {
    /// A renewal of the Lease must not wait behind a page of 3 MB on the same connection.
    private let calls = HTTPClient()
    private let streams = HTTPClient()
    private let slots = CallSlots(32)
    private let address: ServerAddress
    private let credentials: Credentials
    private let settings: KubernetesClient.Settings
    private let warnings: WarningLog

    init(_ access: ClusterAccess, _ settings: KubernetesClient.Settings) {
        address = ServerAddress(access)
        credentials = Credentials(access, now: settings.now)
        warnings = WarningLog(settings.log)
        self.settings = settings
    }

    /// An answer that is no error, with its whole body.
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
    }

    /// Sends a small request, one of at most 32, and again if the rules say so. The Lease does not stand in line: a
    /// leader that waits there is none any more.
    func call(_ request: APIRequest) async throws(KubernetesError) -> Answer {
        let request = request.ending(within: settings.deadlines.call)
        return try await repeating(request) { [calls, slots] presented in
            if request.kind == .lease { return await self.collect(request, presented, calls) }
            let outcome = await slots.with { await self.collect(request, presented, calls) }
            return outcome ?? .failure(KubernetesError(.cancelled, "\(request.description): cancelled"))
        }
    }

    /// Reads a page of a list, on the connections for streams.
    func page(_ request: APIRequest) async throws(KubernetesError) -> Answer {
        let request = request.ending(within: settings.deadlines.page)
        return try await repeating(request) { [streams] presented in await self.collect(request, presented, streams) }
    }

    /// Opens a stream. What is not read is not received.
    func stream(_ request: APIRequest) async throws(KubernetesError) -> HTTPBody {
        try await repeating(request) { [streams] presented in
            await self.exchange(request, presented, streams) { $0.body }
        }
    }

    // MARK: One try

    private func collect(
        _ request: APIRequest,
        _ presented: Credentials.Presented,
        _ client: HTTPClient
    ) async -> Result<Answer, KubernetesError> {
        await exchange(request, presented, client) { response in
            Answer(status: response.status, body: try await response.body.collect())
        }
    }

    private func exchange<Value: Sendable>(
        _ request: APIRequest,
        _ presented: Credentials.Presented,
        _ client: HTTPClient,
        _ read: (HTTPResponse) async throws -> Value
    ) async -> Result<Value, KubernetesError> {
        do {
            let response = try await client.send(address.request(request, presented))
            settings.count("\(response.status)", request.method, address.host)
            warnings.note(response.headers, to: request)
            guard response.status < 300 else { return .failure(try await error(request, response)) }
            return .success(try await read(response))
        } catch {
            let failure = KubernetesError(request, failedWith: error)
            if failure.code == .transport { settings.count("<error>", request.method, address.host) }
            return .failure(failure)
        }
    }

    private func error(_ request: APIRequest, _ response: HTTPResponse) async throws -> KubernetesError {
        let body = try await response.body.collect(upTo: 1 << 20)
        // A proxy in between answers with a page and not with a Status; then the number has to do.
        let answer = (try? JSONDocument(parsing: body).decode(StatusAnswer.self)) ?? StatusAnswer()
        let retryAfter = response.header("retry-after").flatMap(Int.init).map { Duration.seconds(max(0, $0)) }
        return KubernetesError(request, status: response.status, answer, retryAfter: retryAfter)
    }

    // MARK: And again

    private func repeating<Value: Sendable>(
        _ request: APIRequest,
        _ attempt: (Credentials.Presented) async -> Result<Value, KubernetesError>
    ) async throws(KubernetesError) -> Value {
        var rules = RetryRules()
        while true {
            let presented = try await credentials.current()
            switch await attempt(presented) {
            case .success(let value): return value
            case .failure(let error):
                switch rules.failed(error, isRead: request.verb.isRead, jitter: settings.jitter()) {
                case .renewCredentials where credentials.refused(presented): continue
                case .renewCredentials, .giveUp: throw error
                case .wait(let delay):
                    guard request.isRetried else { throw error }
                    do { try await settings.sleep(delay) } catch { throw KubernetesError(request, failedWith: error) }
                }
            }
        }
    }
}

extension KubernetesError {
    /// What a failed transfer means.
    init(_ request: APIRequest, failedWith error: any Error) {
        let code: Code =
            switch error {
            case is CancellationError where Task.isCancelled: .cancelled
            case let error as HTTPError where error.code == .bodyTooLarge: .unreadable
            case let error as HTTPError where error.code == .invalidRequest: .badRequest
            default: .transport
            }
        self.init(code, "\(request.description): \(error)")
    }
}
