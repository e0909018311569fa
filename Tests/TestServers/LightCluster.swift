// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Foundation

/// A real API server with etcd and nothing else, from the repository's test bed. One for the whole test process, started
/// by whoever asks first.
///
/// It ends with the process, however that ends: it runs under a command that waits for the end of its input, and the
/// other end of that is ours.
package final class LightCluster: Sendable {
    package struct Unavailable: Error, CustomStringConvertible {
        package var description: String
    }

    /// The path of a kubeconfig with all rights.
    package let kubeconfig: String

    /// `@unchecked`: started once and only kept from going away.
    private struct Owned: @unchecked Sendable {
        let process: Process
        let input: Pipe
    }

    private let owned: Owned

    private static let start = Result { try LightCluster() }

    /// - Throws: ``Unavailable`` if the programs have not been built. A test then fails; it is never skipped.
    package static func shared() async throws -> LightCluster {
        try await onOwnThread("light-cluster") { try start.get() }
    }

    private init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = root.appending(path: "testbed/light").path
        guard FileManager.default.isExecutableFile(atPath: script) else {
            throw Unavailable(description: "There is no \(script)")
        }
        let process = Process()
        let (input, output, errors) = (Pipe(), Pipe(), FileHandle.standardError)
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = ["run", "sh", "-c", #"printf '%s\n' "$KUBECONFIG"; exec cat >/dev/null"#]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            guard !byte.isEmpty else {
                process.waitUntilExit()
                throw Unavailable(
                    description: "testbed/light ended with code \(process.terminationStatus); "
                        + "`make test` builds its programs first"
                )
            }
            line += byte
        }
        kubeconfig = String(decoding: line.dropLast(), as: UTF8.self)
        owned = Owned(process: process, input: input)
    }
}
