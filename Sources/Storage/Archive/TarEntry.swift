// SPDX-License-Identifier: Apache-2.0

/// What a tar says about one of the things in it.
package struct TarEntry: Equatable, Sendable {
    /// What sort of thing; only files have content.
    package enum Kind: Equatable, Sendable {
        case file
        case directory
        /// Another name for an entry of the same archive; the target is a name as from the archive's root.
        case hardLink(target: String)
        /// The target is a path as from the link's own folder.
        case symbolicLink(target: String)
        /// Devices, pipes, and whatever writers invent.
        case other
    }

    /// As it was written: perhaps with `./` at the beginning.
    package var name: String
    package var kind: Kind
    /// Of the content, in bytes; 0 for everything but files.
    package var size: Int64
    package var mode: Int

    /// The parts of ``name`` in one standard form: `./a//b/../c` is `a/c`. `nil` if it leads out of the archive.
    package var path: String? { Self.normalized(name) }

    /// Where the link leads, as a ``path``; `nil` for what is no link, and for links that lead out of the archive.
    package var target: String? {
        switch kind {
        case .file, .directory, .other: nil
        case .hardLink(let target): Self.normalized(target)
        case .symbolicLink(let target) where target.hasPrefix("/"): Self.normalized(target)
        case .symbolicLink(let target):
            path.flatMap { path in
                Self.normalized("\(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])/\(target)")
            }
        }
    }

    /// A path without `.`, `..` and empty parts; `nil` if it leads out of where it begins.
    package static func normalized(_ name: String) -> String? {
        var parts: [Substring] = []
        for part in name.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}
