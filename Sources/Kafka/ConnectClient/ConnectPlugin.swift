// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A connector that a worker can run (`GET /connector-plugins`).
package struct ConnectPlugin: Equatable, Sendable {
    package var className: String
    /// `sink` or `source`.
    package var type: String
    /// As the plug-in tells it; `nil` if it does not.
    package var version: String?

    package init(className: String, type: String, version: String? = nil) {
        self.className = className
        self.type = type
        self.version = version
    }
}

extension ConnectPlugin: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            className: try json.value("class"),
            type: try json.value("type"),
            version: try json.optional("version")
        )
    }
}
