// SPDX-License-Identifier: Apache-2.0

/// The name of an image: `localhost:5000/iceberg-kafka-connect-worker:latest`, with a tag, a digest or both. Holds only
/// what the OCI distribution specification allows, so its parts are safe in a URL.
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// A text that is no reference.
    package struct Invalid: ExplainedError, Equatable {
        package let message: String
        package var reason: String { "InvalidImageReference" }
        package var advice: String? { "write it as registry/name:tag" }
        package var isWorthRetrying: Bool { false }
    }

    /// Registry, if there is one, and path, as they were written: `nginx`, `localhost:5000/kafka/worker`.
    private let name: String
    /// Host and perhaps port, in lower case: `localhost:5000`. `docker.io` where the text names none.
    package let registry: String
    /// The path in the registry: `kafka/worker`, `library/nginx`.
    package let repository: String
    package let tag: String?
    package let digest: Digest?

    package init(parsing text: String) throws(Invalid) {
        func invalid(_ why: String) -> Invalid {
            Invalid(message: "\"\(text.prefix(300))\" is not an image reference: \(why)")
        }
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.lastIndex(of: "@") {
            digest = Digest(rest[rest.index(after: at)...])
            guard digest != nil else { throw invalid("what follows @ is not a SHA-256 digest") }
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            let text = String(rest[rest.index(after: colon)...])
            guard Self.isTag(text) else { throw invalid("\"\(text)\" is not a tag") }
            tag = text
            rest = rest[..<colon]
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let namesHost = parts.count == 2 && Self.meansHost(parts[0])
        let path = namesHost ? parts[1] : rest
        if namesHost, !Self.isHost(parts[0]) { throw invalid("\"\(parts[0])\" is not a host") }
        guard Self.isPath(path), path.utf8.count <= 255 else {
            throw invalid("\"\(path)\" is not a repository name, which is lower case")
        }
        let registry = namesHost ? parts[0].lowercased() : "docker.io"
        // Docker's own images are in a folder that nobody writes.
        let repository = registry == "docker.io" && !path.contains("/") ? "library/\(path)" : String(path)
        self.init(name: String(rest), registry, repository, tag: tag, digest: digest)
    }

    private init(name: String, _ registry: String, _ repository: String, tag: String?, digest: Digest?) {
        self.name = name
        (self.registry, self.repository, self.tag, self.digest) = (registry, repository, tag, digest)
    }

    /// As it was written.
    package var description: String { name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }

    /// The same repository at exactly this content, with its registry: what goes into a pod template.
    package func pinned(to digest: Digest) -> ImageReference {
        ImageReference(name: "\(registry)/\(repository)", registry, repository, tag: nil, digest: digest)
    }

    /// Whether the registry is this very machine, which is spoken to without TLS.
    package var isLoopback: Bool {
        if registry.hasPrefix("[") { return registry.hasPrefix("[::1]") }
        let host = registry.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.")
    }

    // MARK: Grammar

    /// At most 128 letters, digits, dots, dashes and underscores; dot and dash not at the beginning.
    package static func isTag(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.first, first != ".", first != "-" else {
            return false
        }
        return text.utf8.allSatisfy { isAlphanumeric($0) || isUpper($0) || [0x2E, 0x2D, 0x5F].contains($0) }
    }

    /// A host with or without a port, then perhaps a path.
    package static func isRegistry(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, isHost(host) else { return false }
        return parts.count == 1 || isPath(parts[1])
    }

    /// Whether the first part is a registry because it could not be part of a name, or is plain localhost.
    private static func meansHost(_ text: Substring) -> Bool {
        text == "localhost" || text.contains { $0 == "." || $0 == ":" } || text.utf8.contains(where: isUpper)
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            return text[text.index(after: text.startIndex)..<end].utf8.allSatisfy { isHex($0) || $0 == 0x3A }
                && (rest.isEmpty || rest.first == ":" && isPort(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2, parts.dropFirst().allSatisfy(isPort) else { return false }
        let edges = [host.utf8.first, host.utf8.last].compactMap { $0 }
        return edges.count == 2 && edges.allSatisfy { isAlphanumeric($0) || isUpper($0) }
            && host.utf8.allSatisfy { isAlphanumeric($0) || isUpper($0) || $0 == 0x2E || $0 == 0x2D }
    }

    private static func isPort(_ text: Substring) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy(isDigit)
    }

    private static func isPath(_ text: Substring) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPathComponent)
    }

    /// Lower-case words joined by one dot, one or two underscores, or any number of dashes.
    private static func isPathComponent(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return text.utf8.split(whereSeparator: isAlphanumeric).allSatisfy { joint in
            [".", "_", "__"].contains(String(Substring(joint))) || joint.allSatisfy { $0 == 0x2D }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x7A).contains(byte) }
}
