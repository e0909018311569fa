// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import JSON

/// Asks a service that hands out credentials. Its answers are secrets: no error shows one.
struct CredentialsRequest: Sendable {
    let client: HTTPClient
    /// Who is asked, for messages.
    let service: String
    let retry: RetryPolicy

    func send(_ request: HTTPRequest) async throws -> [UInt8] {
        try await retry.run {
            ($0 as? StorageError)?.isWorthRetrying == true
        } _: {
            let response: HTTPResponse
            let body: [UInt8]
            do {
                response = try await client.send(request)
                body = try await response.body.collect(upTo: 256 << 10)
            } catch let error as HTTPError where error.code == .invalidRequest {
                throw StorageError(
                    .invalidCredentials,
                    "Asking \(service) for credentials: \(error)",
                    advice: "check its address and the token that the pod is given"
                )
            } catch let error as HTTPError {
                throw StorageError(.unreachable, "Asking \(service) for credentials: \(error)")
            }
            let status = response.status
            if status == 200 { return body }
            if status == 429 || status >= 500 {
                var error = StorageError(.unreachable, "Asking \(service) for credentials: it answered \(status)")
                error.retryAfter = response.retryAfter
                throw error
            }
            let code = XMLText(body).first("Code").flatMap { S3Refusal.isWord($0, and: ".") ? $0 : nil }
            throw StorageError(
                .invalidCredentials,
                "Asking \(service) for credentials: it answered \(status)\(code.map { " \($0)" } ?? "")",
                advice: "check the role and its trust policy"
            )
        }
    }

    func unreadable() -> StorageError {
        StorageError(.invalidCredentials, "Asking \(service) for credentials: the answer has none")
    }
}

/// What container and instance services answer.
struct CredentialsDocument: JSONDecodable {
    var lease: FetchedCredentials.Lease

    init(_ json: borrowing JSONView) throws(JSONError) {
        let accessKey: String = try json.value("AccessKeyId")
        let secretKey: String = try json.value("SecretAccessKey")
        let token: String? = try json.optional("Token")
        let end: String? = try json.optional("Expiration")
        lease = FetchedCredentials.Lease(
            credentials: S3Credentials(
                accessKey: accessKey,
                secretKey: Secret(secretKey),
                token: token.map { Secret($0) }
            ),
            end: end.flatMap { CivilDate(rfc3339: $0)?.secondsSinceEpoch }
        )
    }
}

/// Reads a small file that somebody else keeps up to date: a token.
func readTokenFile(_ path: String) async throws -> String {
    let file = try await LocalFile(path).open()
    guard let size = file.size, size <= 64 << 10 else {
        throw StorageError(.fileUnreadable, "\(path) is not a token", advice: "check how the pod's token is mounted")
    }
    let text = String(decoding: try await file.read(0..<size), as: UTF8.self)
    return text.split(whereSeparator: \.isWhitespace).first.map { String($0) } ?? ""
}
