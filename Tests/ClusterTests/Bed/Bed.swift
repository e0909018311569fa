// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The test bed as its commands show it. `scripts/test` has brought it up; the tests run outside of it, so that they can
/// break its parts.
enum Bed {
    /// A command that did not succeed.
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// The repository.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The bed's own directory, with its logs.
    static var directory: URL {
        get throws {
            guard let path = ProcessInfo.processInfo.environment["KITTIWAKE_BED"] else {
                throw Failed(description: "KITTIWAKE_BED is not set: run scripts/test ClusterTests")
            }
            return URL(fileURLWithPath: path)
        }
    }

    /// Runs a command in the bed, in the repository's directory.
    @discardableResult
    static func run(_ arguments: String..., input: String = "") async throws -> String {
        try await call(["testbed/bed", "in"] + arguments, input)
    }

    /// Runs a command of the bed itself: `stop kube-apiserver`.
    static func command(_ arguments: String...) async throws { try await call(["testbed/bed"] + arguments, "") }

    /// Runs a program outside of the bed and returns its standard output. No thread of the tests' pool waits for it.
    @discardableResult
    static func call(_ arguments: [String], _ input: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try wait(for: arguments, input) }) }
        }
    }

    private static func wait(for arguments: [String], _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = root
        // Files, because a program of the bed that was started by the command would keep a pipe open.
        let (output, errors, standardInput) = (try TemporaryFile(""), try TemporaryFile(""), try TemporaryFile(input))
        defer { for file in [output, errors, standardInput] { file.remove() } }
        process.standardOutput = try FileHandle(forWritingTo: output.url)
        process.standardError = try FileHandle(forWritingTo: errors.url)
        process.standardInput = try FileHandle(forReadingFrom: standardInput.url)
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOf: output.url, encoding: .utf8)
        guard process.terminationStatus == 0 else {
            let problem = try String(contentsOf: errors.url, encoding: .utf8)
            throw Failed(description: "\(arguments.joined(separator: " ")): \(problem)\(text)")
        }
        return text
    }
}

/// A file that its maker removes.
struct TemporaryFile {
    let url: URL

    init(_ text: String) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("kittiwake-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
    }

    /// What cannot be removed lies where the system clears up.
    func remove() { try? FileManager.default.removeItem(at: url) }
}
