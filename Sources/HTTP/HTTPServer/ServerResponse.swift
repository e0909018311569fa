// SPDX-License-Identifier: Apache-2.0

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
