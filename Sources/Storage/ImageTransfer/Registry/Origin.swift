// SPDX-License-Identifier: Apache-2.0

/// Who a URL leads to: what decides whether credentials may go along. Equal for all ways to write the same.
struct Origin: Hashable {
    private let isTLS: Bool
    /// In lower case; an address of IPv6 in its brackets.
    private let host: String
    /// The usual one where the URL names none.
    private let port: UInt16

    /// `nil` for everything that could be understood in two ways: users, escapes, anything but HTTP.
    init?(_ url: String) {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty else { return nil }
        switch parts[0].lowercased() {
        case "https:": isTLS = true
        case "http:": isTLS = false
        default: return nil
        }
        let authority = parts[2].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let bracket = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : nil
        let end = bracket.map { authority.index(after: $0) } ?? authority.firstIndex(of: ":") ?? authority.endIndex
        let inside = bracket.map { authority[authority.index(after: authority.startIndex)..<$0] } ?? authority[..<end]
        let isPlain = inside.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): bracket != nil
            default: false
            }
        }
        guard isPlain, !inside.isEmpty else { return nil }
        host = authority[..<end].lowercased()
        let rest = authority[end...]
        guard !rest.isEmpty else {
            port = isTLS ? 443 : 80
            return
        }
        guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
        port = number
    }
}
