// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import JSON
internal import Resources

/// Marks a Deployment with the intent that it carries out.
///
/// Without it a Deployment that is still the old one, and ready, would be taken for the new one in the moment after an
/// edit.
package enum AppliedHash {
    /// On the Deployment itself, not on its pods.
    package static let annotation = "\(IcebergConnectNames.group)/applied-hash"

    /// The object with its mark.
    static func marked(_ object: DesiredObject) -> DesiredObject {
        var object = object
        object.annotations = object.annotations.merging([annotation: of(object)])
        return object
    }

    static func of(_ object: DesiredObject) -> String {
        String(SHA256.hash(object.content.sorted.jsonBytes).hex.prefix(16))
    }
}
