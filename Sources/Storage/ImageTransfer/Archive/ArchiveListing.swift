// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics

/// What is in an archive and where, without the content.
struct ArchiveListing: Sendable {
    struct File: Equatable, Sendable {
        var size: Int64
        /// Of the content, from the beginning of the archive; `nil` where nobody can jump to it.
        var offset: Int64?
    }

    /// An image has at most a few hundred parts; what is kept of each is kept to the end.
    static let mostEntries = 10_000
    /// Long names and attributes have headers of their own in front of an entry: usually one, at most three.
    static let mostHeaders = 3 * mostEntries
    /// As long as Linux lets a path be.
    private static let longestName = 4096
    /// Of all names and targets together, in bytes. They are kept to the end, and compressed they cost nothing.
    private static let mostNames = 4 << 20
    /// As many links as Linux follows.
    private static let mostLinks = 40

    private var files: [String: File] = [:]
    private var links: [String: String] = [:]
    private var count = 0
    private var nameBytes = 0

    /// Takes note of an entry. Of two with the same name the later one counts, as when unpacking.
    mutating func add(_ entry: TarEntry, offset: Int64?) throws(ImageTransferError) {
        count += 1
        guard count <= Self.mostEntries else {
            throw ImageTransferError(
                .archiveTooLarge,
                "it has more than \(Self.mostEntries) entries, which no image has"
            )
        }
        try weigh(entry)
        guard let path = entry.path else { return }  // it leads out of the archive, and nobody will ask for it
        if let target = entry.target {
            (links[path], files[path]) = (target, nil)
        } else if entry.kind == .file {
            (links[path], files[path]) = (nil, File(size: entry.size, offset: offset))
        }
    }

    /// Before anything is made of the names.
    private mutating func weigh(_ entry: TarEntry) throws(ImageTransferError) {
        let target =
            switch entry.kind {
            case .hardLink(let target), .symbolicLink(let target): target
            case .file, .directory, .other: ""
            }
        for name in [entry.name, target] where name.utf8.count > Self.longestName {
            throw ImageTransferError(
                .archiveTooLarge,
                "it has a name of \(ByteCount(Int64(name.utf8.count))), which no system takes"
            )
        }
        nameBytes += entry.name.utf8.count + target.utf8.count
        guard nameBytes <= Self.mostNames else {
            throw ImageTransferError(
                .archiveTooLarge,
                "its names have more than \(ByteCount(Int64(Self.mostNames))) together, which no image needs"
            )
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
