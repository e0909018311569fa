// SPDX-License-Identifier: Apache-2.0

internal import Archive

/// Looks whether an image contains the program `kittiwake` (`original-systems.md`, 000.5 i): a coordinator image may be one
/// that was made for the Java original.
///
/// Layers are looked at while they are read, and what was found is kept with the layer in the image's manifest, as an
/// annotation, so that it is known without reading the layer again.
struct KittiwakeSearch {
    static let annotation = "io.kittiwake.executable"
    /// Where a shell would find it, and the root, where images with one program keep it.
    private static let paths: Set<String> = [
        "usr/local/bin/kittiwake", "usr/bin/kittiwake", "bin/kittiwake", "kittiwake",
    ]

    private var scanner = TarScanner()
    private var isOver = false
    private(set) var hasFound = false

    /// Takes the next bytes of a layer's tar.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isOver else { return }
        var found = false
        do {
            try scanner.feed(bytes) { event in
                guard case .entry(let entry) = event, let path = entry.path, Self.paths.contains(path) else { return }
                switch entry.kind {
                case .file: found = found || entry.mode & 0o111 != 0
                case .hardLink, .symbolicLink: found = true
                case .directory, .other: break
                }
            }
        } catch {
            // A layer that is no tar that we read has nothing in it that we find. Whether it is the right layer is a
            // matter of its digest, not of this.
            isOver = true
        }
        hasFound = hasFound || found
        isOver = isOver || hasFound
    }

    /// Whether an image says so itself: it starts the program, or has the label.
    static func isNamed(in configuration: ImageConfiguration) -> Bool {
        let starts = [configuration.entrypoint.first, configuration.command.first].compactMap { $0 }
        return starts.contains { $0.split(separator: "/").last == "kittiwake" }
            || configuration.labels[annotation] == "true"
    }

    /// What a manifest says of a layer; `nil` if nobody has looked.
    static func finding(in descriptor: Descriptor) -> Bool? {
        descriptor.annotations[annotation].map { $0 == "true" }
    }
}
