// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The whole intent of our field manager for one object: only the fields we own, no defaults. What was applied before
/// and is missing now is removed by the API server.
package struct ApplyIntent: Equatable, Sendable {
    package var kind: ResourceKind
    package var key: ObjectKey
    /// `apiVersion`, `kind` and `metadata.name` included; written with sorted keys, so that equal intents are equal
    /// bytes.
    package var body: JSON

    package init(kind: ResourceKind, key: ObjectKey, body: JSON) {
        self.kind = kind
        self.key = key
        self.body = body
    }
}
