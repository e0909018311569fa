// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// The name of an image: `registry.example.com:5000/team/worker:1.0@sha256:…`.
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// Registry, if there is one, and path.
    package let repository: String
    package let tag: String?
    /// `sha256:` and 64 hexadecimal digits.
    package let digest: String?

    package init?(_ text: String) {
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            guard let digest = Digest(rest[rest.index(after: at)...]) else { return nil }
            self.digest = digest.description
            rest = rest[..<at]
        } else {
            digest = nil
        }
        let name = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if let colon = name.lastIndex(of: ":") {
            let tag = String(name[name.index(after: colon)...])
            guard Self.isTag(tag) else { return nil }
            self.tag = tag
            rest = rest[..<colon]
        } else {
            tag = nil
        }
        repository = String(rest)
        guard Self.isRepository(repository) else { return nil }
    }

    package var description: String {
        repository + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }

    static func isTag(_ text: String) -> Bool {
        guard (1...128).contains(text.utf8.count), let first = text.first, first != ".", first != "-" else {
            return false
        }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || isUpper($0) || [0x2E, 0x2D, 0x5F].contains($0) }
    }

    /// A host with or without a port, then perhaps a path.
    static func isRegistry(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first else { return false }
        return isHost(host) && parts.dropFirst().allSatisfy(isPathComponent)
    }

    private static func isRepository(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first else { return false }
        let startsWell = parts.count > 1 ? isHost(first) || isPathComponent(first) : isPathComponent(first)
        return startsWell && parts.dropFirst().allSatisfy(isPathComponent)
    }

    private static func isHost(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2 else { return false }
        if parts.count == 2 {
            guard (1...5).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(isDigit) else { return false }
        }
        let edges = [host.utf8.first, host.utf8.last].compactMap { $0 }
        return edges.count == 2 && edges.allSatisfy { isLetterOrDigit($0) || isUpper($0) }
            && host.utf8.allSatisfy { isLetterOrDigit($0) || isUpper($0) || $0 == 0x2E || $0 == 0x2D }
    }

    /// Lower-case words kept apart by a dot, one or two underscores, or any number of dashes.
    private static func isPathComponent(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        guard isLetterOrDigit(first), isLetterOrDigit(last) else { return false }
        let separators = text.utf8.split(whereSeparator: isLetterOrDigit)
        return separators.allSatisfy { run in
            switch run.first {
            case 0x2E: run.count == 1
            case 0x5F: run.count <= 2 && run.allSatisfy { $0 == 0x5F }
            case 0x2D: run.allSatisfy { $0 == 0x2D }
            default: false
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x7A).contains(byte) }
}
