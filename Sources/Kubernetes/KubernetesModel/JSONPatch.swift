// SPDX-License-Identifier: Apache-2.0

package import JSON

/// One operation of a JSON patch (RFC 6902).
package enum JSONPatch: Equatable, Sendable {
    /// The patch does nothing unless the value is there: what makes a patch safe against a change in between.
    case test(path: String, JSON)
    /// Sets a member of an object; inserts into an array before the index, or at its end with `-`.
    case add(path: String, JSON)
    case replace(path: String, JSON)
    case remove(path: String)

    /// A JSON pointer (RFC 6901) from its parts, each escaped: `pointer("metadata", "annotations", "a/b")` is
    /// `/metadata/annotations/a~1b`.
    package static func pointer(_ parts: String...) -> String {
        parts.map { part in
            "/"
                + part.map { character in
                    switch character {
                    case "~": "~0"
                    case "/": "~1"
                    default: String(character)
                    }
                }.joined()
        }.joined()
    }

    /// The operation as it is sent.
    package var json: JSON {
        switch self {
        case .test(let path, let value): ["op": "test", "path": .string(path), "value": value]
        case .add(let path, let value): ["op": "add", "path": .string(path), "value": value]
        case .replace(let path, let value): ["op": "replace", "path": .string(path), "value": value]
        case .remove(let path): ["op": "remove", "path": .string(path)]
        }
    }
}
