// SPDX-License-Identifier: Apache-2.0

package import Basics

/// The name of an image in a registry: `localhost:5000/iceberg-kafka-connect-worker:latest`, with a tag, a digest or
/// both. Holds only what the distribution specification allows, so its parts are safe in a URL.
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// Host and perhaps port, in lower case: `localhost:5000`. `docker.io` when the text names none.
    package let registry: String
    /// `kafka/worker`
    package let repository: String
    package let tag: String?
    package let digest: Digest?

    /// - Throws: ``ImageTransferError`` with the code `invalidReference`.
    package init(parsing text: String) throws(ImageTransferError) {
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.lastIndex(of: "@") {
            digest = Digest(rest[rest.index(after: at)...])
            guard digest != nil else { throw Self.invalid(text, "what follows @ is no SHA-256 digest") }
            rest = rest[..<at]
        }
        var tag: String?
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        // The first part is a registry if it could not be a part of a name: with a dot, a port, or plain localhost.
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let isHost = parts.count == 2 && (parts[0].contains { $0 == "." || $0 == ":" } || parts[0] == "localhost")
        let registry = isHost ? parts[0].lowercased() : "docker.io"
        var repository = isHost ? String(parts[1]) : String(rest)
        if registry == "docker.io", !repository.contains("/") { repository = "library/\(repository)" }
        guard Self.isHost(registry) else { throw Self.invalid(text, "\"\(registry)\" is no host") }
        guard Self.isRepository(repository) else {
            throw Self.invalid(text, "\"\(repository)\" is no name of a repository, which is in lower case")
        }
        if let tag, !Self.isTag(tag) { throw Self.invalid(text, "\"\(tag)\" is no tag") }
        (self.registry, self.repository, self.tag, self.digest) = (registry, repository, tag, digest)
    }

    private init(_ registry: String, _ repository: String, tag: String?, digest: Digest?) {
        (self.registry, self.repository, self.tag, self.digest) = (registry, repository, tag, digest)
    }

    /// With registry, and with what tag and digest it has.
    package var description: String {
        let tagged = tag.map { ":\($0)" } ?? ""
        return "\(registry)/\(repository)\(tagged)\(digest.map { "@\($0)" } ?? "")"
    }

    /// The same repository at exactly this content: what goes into a pod template.
    package func pinned(to digest: Digest) -> ImageReference {
        ImageReference(registry, repository, tag: nil, digest: digest)
    }

    /// Whether the registry is this very machine, which is spoken to without TLS.
    package var isLoopback: Bool {
        if registry.hasPrefix("[") { return registry.hasPrefix("[::1]") }
        let host = registry.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.")
    }

    private static func invalid(_ text: String, _ why: String) -> ImageTransferError {
        ImageTransferError(
            .invalidReference,
            "\"\(text.prefix(300))\" is no reference to an image: \(why)",
            advice: "write it as registry/name:tag"
        )
    }

    // MARK: Grammar

    private static func isHost(_ text: String) -> Bool {
        let parts: [Substring]
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            guard text[text.index(after: text.startIndex)..<end].utf8.allSatisfy({ isLowerHex($0) || $0 == 0x3a })
            else {
                return false
            }
            parts = ["v6"] + text[text.index(after: end)...].dropFirst().split(separator: ":")
        } else {
            parts = text.split(separator: ":", omittingEmptySubsequences: false)
        }
        guard let host = parts.first, !host.isEmpty, parts.count <= 2,
            host.utf8.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") })
        else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }

    private static func isRepository(_ text: String) -> Bool {
        text.utf8.count <= 255 && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPart)
    }

    /// Lower-case words joined by one dot, one or two underscores, or dashes.
    private static func isPart(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return text.utf8.split(whereSeparator: isAlphanumeric).allSatisfy { joint in
            [".", "_", "__"].contains(String(Substring(joint))) || joint.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }

    private static func isTag(_ text: String) -> Bool {
        let isWord = { (byte: UInt8) in
            isAlphanumeric(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
        guard let first = text.utf8.first, isWord(first), text.utf8.count <= 128 else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
