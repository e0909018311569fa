// SPDX-License-Identifier: Apache-2.0

internal import Archive

/// What is in an archive and where, without the content.
struct ArchiveListing: Sendable {
    struct File: Equatable, Sendable {
        var size: Int64
        /// Of the content, from the beginning of the archive; `nil` where nobody can jump to it.
        var offset: Int64?
    }

    /// An image has at most a few hundred parts; what is kept of each is kept to the end.
    static let mostEntries = 10_000
    /// As many links as Linux follows.
    private static let mostLinks = 40

    private var files: [String: File] = [:]
    private var links: [String: String] = [:]
    private var count = 0

    /// Takes note of an entry. Of two with the same name the later one counts, as when unpacking.
    mutating func add(_ entry: TarEntry, offset: Int64?) throws(ImageTransferError) {
        count += 1
        guard count <= Self.mostEntries else {
            throw ImageTransferError(
                .archiveTooLarge,
                "it has more than \(Self.mostEntries) entries, which no image has"
            )
        }
        guard let path = entry.path else { return }  // it leads out of the archive, and nobody will ask for it
        if let target = entry.target {
            (links[path], files[path]) = (target, nil)
        } else if entry.kind == .file {
            (links[path], files[path]) = (nil, File(size: entry.size, offset: offset))
        }
    }

    /// The path of the file that a name in a manifest stands for, and the file; `nil` if there is none.
    func find(_ name: String) -> (path: String, file: File)? {
        guard var path = TarEntry.normalized(name) else { return nil }
        for _ in 0...Self.mostLinks {
            if let file = files[path] { return (path, file) }
            guard let target = links[path] else { return nil }
            path = target
        }
        return nil
    }
}
