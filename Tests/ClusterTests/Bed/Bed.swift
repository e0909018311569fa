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

    /// Not by Foundation's `Process`: that waits until every descendant has ended, and some commands start the bed's servers.
    private static func wait(for arguments: [String], _ input: String) throws -> String {
        let (output, errors, standardInput) = (try TemporaryFile(""), try TemporaryFile(""), try TemporaryFile(input))
        defer { for file in [output, errors, standardInput] { file.remove() } }
        let variables = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        let process = try withCStrings(["/usr/bin/env"] + arguments) { words in
            try withCStrings(variables) { environment in
                var actions = posix_spawn_file_actions_t()
                posix_spawn_file_actions_init(&actions)
                defer { posix_spawn_file_actions_destroy(&actions) }
                posix_spawn_file_actions_addchdir_np(&actions, root.path)
                posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, standardInput.url.path, O_RDONLY, 0)
                posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.url.path, O_WRONLY, 0)
                posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.url.path, O_WRONLY, 0)
                var process = pid_t()
                let problem = posix_spawn(&process, "/usr/bin/env", &actions, nil, words, environment)
                guard problem == 0 else { throw Failed(description: "\(arguments[0]): error \(problem)") }
                return process
            }
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let text = try String(contentsOf: output.url, encoding: .utf8)
        guard status == 0 else {
            let problem = try String(contentsOf: errors.url, encoding: .utf8)
            throw Failed(description: "\(arguments.joined(separator: " ")): \(problem)\(text)")
        }
        return text
    }

    /// Lends copies of `texts` as C knows them, with a null pointer at the end.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
    ) rethrows -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return try body(copies + [nil])
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
