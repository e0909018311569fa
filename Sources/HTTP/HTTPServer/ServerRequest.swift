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
