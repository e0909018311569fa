// SPDX-License-Identifier: Apache-2.0

package import Basics
package import JSON

/// A Secret with its values. Fetched when a plan needs it and dropped afterwards: no cache holds one.
package struct SecretObject: Resource {
    package static let kind = ResourceKind.secret

    package var metadata: ObjectMeta
    /// By key, in base64 as the server sends them.
    private var encoded: [String: Secret]

    package init(_ json: borrowing JSONView) throws(JSONError) {
        metadata = try json.value("metadata")
        let data: StringMap = try json.optional("data") ?? StringMap()
        encoded = Dictionary(data.entries.map { ($0.key, Secret($0.value)) }) { first, _ in first }
    }

    /// The keys, sorted.
    package var keys: [String] { encoded.keys.sorted() }

    /// A value as text; `nil` if there is no such key or the value is not UTF-8.
    package func text(_ key: String) -> Secret? {
        guard let bytes = bytes(key), let text = String(validating: bytes, as: UTF8.self) else { return nil }
        return Secret(text)
    }

    /// A value as it is, for binary ones. The caller keeps it out of sight.
    package func bytes(_ key: String) -> [UInt8]? { encoded[key]?.reveal { Base64.decode($0) } }
}
