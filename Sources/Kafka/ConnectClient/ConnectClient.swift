// SPDX-License-Identifier: Apache-2.0

package import HTTPClient
internal import JSON

/// The REST API of a Kafka Connect cluster. Any worker answers.
package struct ConnectClient: Sendable {
    private let client: HTTPClient
    private let url: String
    private let deadline: Duration

    /// - Parameters:
    ///   - url: scheme, host and port, such as `http://kafka-connect-service-orders.shop.svc:8083`; a slash at the end
    ///     is dropped.
    ///   - deadline: of one call, shorter than the 90 s after which a worker gives up by itself (`peers.md` 7.2).
    package init(_ client: HTTPClient, url: String, deadline: Duration = .seconds(10)) {
        self.client = client
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.deadline = deadline
    }

    /// `GET /`: answered as soon as a worker has joined its group and read the internal topics.
    ///
    /// - Throws: ``ConnectError``.
    package func worker() async throws(ConnectError) -> ConnectWorker {
        try await read("/", as: "that of a Connect worker")
    }

    /// `GET /connector-plugins`: the connectors that a worker can run, in its order.
    ///
    /// - Throws: ``ConnectError``.
    package func plugins() async throws(ConnectError) -> [ConnectPlugin] {
        try await read("/connector-plugins", as: "a list of plug-ins")
    }

    /// - Parameter expected: what the answer has to be, for the error.
    private func read<Value: JSONDecodable>(_ path: String, as expected: String) async throws(ConnectError) -> Value {
        let body = try await get(path)
        do {
            return try JSONDocument(parsing: body).decode()
        } catch {
            throw ConnectError(.unreadable, "GET \(url)\(path): the answer is not \(expected): \(error)")
        }
    }

    private func get(_ path: String) async throws(ConnectError) -> [UInt8] {
        var request = HTTPRequest("GET", url + path)
        request.limits.connect = min(.seconds(3), deadline)
        request.limits.total = deadline
        let status: Int
        let body: [UInt8]
        do {
            let response = try await client.send(request)
            status = response.status
            body = try await response.body.collect(upTo: 16 << 20)
        } catch {
            throw ConnectError(.unreachable, "GET \(url)\(path): no answer within \(deadline): \(error)")
        }
        guard status == 200 else {
            throw ConnectError(.refused(status: status), "GET \(url)\(path) was answered with \(status)")
        }
        return body
    }
}
