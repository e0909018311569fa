// SPDX-License-Identifier: Apache-2.0

/// The addresses of a Kafka cluster as clients are given them.
package struct BootstrapServers: Hashable, Sendable {
    /// `host:port` in lower case, without a protocol, in the order of the text.
    package let addresses: [String]

    /// - Parameter text: `host:port`, several separated by commas; blanks around them do not matter.
    package init?(_ text: String) {
        var addresses: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let address = Self.address(part) else { return nil }
            addresses.append(address)
        }
        self.addresses = addresses
    }

    /// The addresses with a name that has no dot taken for a Service of a namespace, so that the same text in two
    /// namespaces is not taken for the same cluster.
    package func qualified(in namespace: String) -> Set<String> {
        Set(
            addresses.map { address in
                let colon = address.lastIndex(of: ":") ?? address.endIndex
                let host = address[..<colon]
                let suffix = [".svc.cluster.local", ".svc"].first { host.hasSuffix($0) } ?? ""
                let short = host.dropLast(suffix.count)
                let isQualified = short.contains(".") || short.hasPrefix("[")
                return (isQualified ? String(short) : "\(short).\(namespace)") + address[colon...]
            }
        )
    }

    private static func address(_ part: Substring) -> String? {
        var rest = trimmed(part)
        if let scheme = rest.firstRange(of: "://") {
            let name = rest[..<scheme.lowerBound]
            guard !name.isEmpty, name.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "_") }) else { return nil }
            rest = rest[scheme.upperBound...]
        }
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        let host = rest[..<colon]
        let digits = rest[rest.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.first != "0", let port = UInt16(digits)
        else { return nil }
        guard host.hasPrefix("[") ? isBracketedAddress(host) : isHostName(host) else { return nil }
        return "\(host.lowercased()):\(port)"
    }

    private static func isHostName(_ host: Substring) -> Bool {
        !host.isEmpty && host.utf8.allSatisfy { isWord($0) || [0x2E, 0x2D, 0x5F].contains($0) }
    }

    /// `[2001:db8::1]`, perhaps with a zone: `[fe80::1%eth0]`.
    private static func isBracketedAddress(_ host: Substring) -> Bool {
        guard host.hasSuffix("]") else { return false }
        let inner = host.dropFirst().dropLast()
        let parts = inner.split(separator: "%", omittingEmptySubsequences: false)
        guard let address = parts.first, !address.isEmpty, parts.count <= 2 else { return false }
        let isAddress = address.allSatisfy { $0.isHexDigit && $0.isASCII || $0 == ":" || $0 == "." }
        return isAddress && parts.dropFirst().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isWord) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
