// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// A folder of its own among the temporary ones. It goes with all that is in it when nobody holds it any more: a suite
/// that has one as a property has another one for each test.
package final class TemporaryFolder: Sendable {
    package let url = FileManager.default.temporaryDirectory.appending(path: "kittiwake-\(UUID().uuidString)")

    package init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    // What cannot be removed lies where the system clears up.
    deinit { try? FileManager.default.removeItem(at: url) }

    /// The absolute path of a file in it, which need not be there.
    package func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, or replaces it at one stroke; folders in between are made.
    ///
    /// - Returns: its path.
    @discardableResult
    package func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file, options: .atomic)
        return file.path
    }

    /// The same with a text.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String { try write(text.utf8, to: name) }
}
