// SPDX-License-Identifier: Apache-2.0

package import JSON

/// One operation of a JSON patch (RFC 6902).
package enum JSONPatch: Equatable, Sendable {
    /// The patch does nothing unless the value is there: what makes a patch safe against a change in between.
    case test(path: String, JSON)
    /// Sets a member of an object; inserts into an array before the index, or at its end with `-`.
    case add(path: String, JSON)

    /// The operation as it is sent.
    package var json: JSON {
        switch self {
        case .test(let path, let value): ["op": "test", "path": .string(path), "value": value]
        case .add(let path, let value): ["op": "add", "path": .string(path), "value": value]
        }
    }
}
