// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import Resources

/// A short form of what a pod uses, for its template: when it changes, the pods are replaced (`original-systems.md`,
/// rule 5). Tells nothing about what went in.
enum ConfigurationHash {
    static let annotation = "\(IcebergConnectNames.group)/config-hash"

    /// 64 hexadecimal digits.
    static func of(_ parts: String...) -> String {
        // The lengths keep ("ab", "c") and ("a", "bc") apart.
        SHA256.hash(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8).hex
    }
}
