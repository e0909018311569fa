// SPDX-License-Identifier: Apache-2.0

/// A request whose body has arrived.
package struct ServerRequest: Sendable {
    package var method: String
    /// Without the query, as it was sent: percent-encoding is left to the handler.
    package var path: String
    /// What follows the question mark.
    package var query: String
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        method: String,
        path: String,
        query: String,
        headers: [(name: String, value: String)],
        body: [UInt8]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, by its lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// What a handler answers.
package struct ServerResponse: Sendable {
    /// All at once, or piece by piece.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Written piece by piece until the closure returns. A throw cuts the connection, so that the client notices.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: Body

    package init(_ status: Int = 200, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(_ status: Int = 200, text: String) {
        self.init(status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
    }
}
