// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto

/// Makes any text a name and a label value that Kubernetes takes, everywhere by the same rule (`original-systems.md`,
/// rule 8; row 20).
///
/// Lower case, illegal characters become `-`, trimmed, at most 63 characters. If anything was changed or cut, a stable
/// hash of the original text follows, so two different inputs never give one name.
package enum LegalName {
    /// The longest DNS label, which is also the longest label value and the longest name of a Service.
    package static let longest = 63

    /// - Parameters:
    ///   - text: any text, also an empty one.
    ///   - prefix: begins the name and is never cut: `kafka-connect-workers-`. Counts towards the length.
    /// - Returns: a DNS label (RFC 1123).
    package static func make(_ text: String, prefix: String = "") -> String {
        let legal = String(decoding: text.utf8.map(legalByte), as: UTF8.self)
        let trimmed = String(legal.drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed())
        if trimmed == text, !text.isEmpty, prefix.count + text.count <= longest { return prefix + text }
        let suffix = "-" + shortHash(of: text)
        let room = max(0, longest - prefix.count - suffix.count)
        let stem = trimmed.prefix(room).reversed().drop { $0 == "-" }.reversed()
        return prefix + (stem.isEmpty ? String(suffix.dropFirst()) : String(stem) + suffix)
    }

    private static func legalByte(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: UInt8(ascii: "-")
        }
    }

    /// Ten hexadecimal digits of SHA-256.
    private static func shortHash(of text: String) -> String { String(SHA256.hash(text.utf8).hex.prefix(10)) }
}
