// SPDX-License-Identifier: Apache-2.0

/// What may be asked of a `resourceVersion`: it is sent back, compared for equality, and the versions of **one** object
/// may be asked which is older. Nothing is ever sorted by it.
package enum ResourceVersion {
    /// Whether `version` is surely older than `other`, both of the same object (same UID).
    ///
    /// Versions are decimal numbers of any length, compared by length and then by characters, as Kubernetes 1.35
    /// defines it. `false` if one of them is missing or is no such number: then nothing is known.
    package static func isOlder(_ version: String?, than other: String?) -> Bool {
        guard let version, let other, isDecimal(version), isDecimal(other) else { return false }
        let (left, right) = (version.utf8.count, other.utf8.count)
        return left == right ? version < other : left < right
    }

    private static func isDecimal(_ text: String) -> Bool {
        text.utf8.first != UInt8(ascii: "0") && !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
