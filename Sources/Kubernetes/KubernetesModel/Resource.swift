// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A kind of object as we read it: only the fields that decisions need. What we apply is a ``ApplyIntent`` instead.
package protocol Resource: Sendable, Equatable, JSONDecodable {
    static var kind: ResourceKind { get }
    var metadata: ObjectMeta { get }
}

extension Resource {
    package var key: ObjectKey { metadata.key }
}
