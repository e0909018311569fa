// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 digest of a blob. Holds hexadecimal digits and nothing else, so it is safe in a path and in a URL.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    package let hex: String

    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: text.dropFirst("sha256:".count))
    }

    package init?(hex: some StringProtocol) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy(Self.isLowercaseHex) else { return nil }
        self.hex = String(hex)
    }

    /// - Parameter hash: the 32 bytes that SHA-256 gives.
    package init(hash: [UInt8]) {
        precondition(hash.count == 32, "a SHA-256 has 32 bytes")
        hex = hash.hex
    }

    package var description: String { "sha256:\(hex)" }

    private static func isLowercaseHex(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
