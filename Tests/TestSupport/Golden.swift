// SPDX-License-Identifier: Apache-2.0

package import Foundation
package import Testing

/// Files that say what the code is expected to print, compared byte for byte.
///
/// With the variable `REWRITE_GOLDEN=1` they are written instead; what changed is then read in review.
package enum Golden {
    /// Compares with `Golden/<name>` beside the test's own file.
    package static func expect(
        _ bytes: some Collection<UInt8>,
        _ name: String,
        besides test: String = #filePath,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden")
        try expect(bytes, at: folder.appending(path: name), sourceLocation: sourceLocation)
    }

    /// Compares with a file of the repository: `deploy/crds/icebergconnect.yaml`.
    package static func expect(
        _ bytes: some Collection<UInt8>,
        inRepository path: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expect(bytes, at: repository.appending(path: path), sourceLocation: sourceLocation)
    }

    /// A file of `Golden` that no code writes.
    package static func bytes(_ name: String, besides test: String = #filePath) throws -> [UInt8] {
        let folder = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden")
        return try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    /// The folder with `Package.swift`.
    package static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    private static func expect(_ bytes: some Collection<UInt8>, at file: URL, sourceLocation: SourceLocation) throws {
        if ProcessInfo.processInfo.environment["REWRITE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file, options: .atomic)
            return
        }
        let expected = try [UInt8](Data(contentsOf: file))
        guard !expected.elementsEqual(bytes) else { return }
        let difference = firstDifference(
            String(decoding: expected, as: UTF8.self),
            String(decoding: bytes, as: UTF8.self)
        )
        Issue.record("\(file.lastPathComponent) is not what it was: \(difference)", sourceLocation: sourceLocation)
    }

    private static func firstDifference(_ expected: String, _ actual: String) -> String {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let right = actual.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(left.count, right.count)
        let texts = [left, right].map { line < $0.count ? "\"\($0[line])\"" : "the end" }
        return "line \(line + 1) is \(texts[1]) and not \(texts[0])"
    }
}
