// SPDX-License-Identifier: Apache-2.0

/// The head of an answer; the body comes as it arrives.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: HTTPBody

    /// The first value of a header, by its lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// How long the server asks to be left alone (`Retry-After`, RFC 9110, section 10.2.3), at most an hour; `nil` if it
    /// does not say, or says it as a date.
    package var retryAfter: Duration? {
        header("retry-after").flatMap { Int64($0) }.flatMap { $0 > 0 ? .seconds(min($0, 3600)) : nil }
    }
}
