// SPDX-License-Identifier: Apache-2.0

import Basics
import Compression
import Foundation
import TestStorage
import TestSupport
import Testing

/// How much memory a copy takes, by the built program in a process of its own: only there nothing else is counted.
@Suite(.timeLimit(.minutes(5)))
struct ImageCopyMemoryTests {
    /// Where they are: in a file that is not part of an image, in the manifest, in a layer.
    enum Place: CaseIterable {
        case file
        case manifest
        case layer

        /// What the error says.
        var reason: String {
            switch self {
            case .file: "neither manifest.json nor index.json"
            case .manifest: "manifest.json has 200.0 MiB"
            case .layer: "but the image's configuration says"
            }
        }
    }

    /// 200 MiB of spaces in a few hundred kilobytes, as the only file of a tar.
    static func bomb(_ name: String) throws -> [UInt8] {
        var header = TarWriter()
        header.header(name, sizeField: TarWriter.octal(200 << 20, 11))
        var first = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
        let others = Array(repeating: first, count: 199)
        first[0] = UInt8(ascii: "[")  // as a document begins
        let pieces = [header.bytes, first] + others + [[UInt8](repeating: 0, count: 1024)]
        var writer = try GzipWriter()
        var packed: [UInt8] = []
        for piece in pieces { packed += piece.withUnsafeBytes { writer.compress($0) } }
        return packed + writer.finish()
    }

    @Test(arguments: Place.allCases) func hundredsOfMegabytesAreReadWithoutKeepingThem(place: Place) async throws {
        let packed = try Self.bomb(place == .manifest ? "manifest.json" : "file")
        // Not the digest of what is in the layer, so that the layer is read to its end and the copy fails.
        let archive = place == .layer ? try ImageBuilder([packed]).archive() : packed
        let file = FileManager.default.temporaryDirectory.appending(path: "kittiwake-\(UUID().uuidString).tar")
        try Data(archive).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // a small file in /tmp
        let registry = FakeRegistry()
        try await withServer(registry.handle) { host in
            let copy = try await Run.measured(["image", "copy", file.path, "\(host)/kafka/worker:1.0", "--plain-http"])
            #expect(copy.exitCode == 1, "\(copy.errors)")
            #expect(copy.errors.contains(place.reason), "\(copy.errors)")
            #expect(copy.peak < 80 << 20)
            #expect(registry.manifests.isEmpty)
        }
    }
}

/// How a run of the program `kittiwake` ended.
struct Run {
    var exitCode: Int32
    /// The most memory that was resident at any moment, in bytes.
    var peak: Int
    /// What it wrote to standard error.
    var errors: String

    /// Under `time`, because what `wait4` tells of a child is at least what its parent had when it made the child.
    static func measured(_ arguments: [String]) async throws -> Run {
        let time = ["/usr/bin/time", "--quiet", "--format=%M", Executable.built("kittiwake")]
        let outcome = try await Executable(time + arguments).run()
        // The last line is that of `time`.
        let kilobytes = outcome.errors.split(separator: "\n").last.flatMap { Int($0) }
        return Run(exitCode: outcome.status, peak: try #require(kilobytes) * 1024, errors: outcome.errors)
    }
}
