// SPDX-License-Identifier: Apache-2.0

/// The head of an answer; the body comes as it arrives.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: HTTPBody

    /// The first value of a header, by its lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
