// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Foundation

/// A program that runs as a process of its own: by `posix_spawn`, because Foundation's `Process` looks through the folder
/// of open descriptors by a reader that tests with many threads have seen fail, and waits until every descendant has ended.
///
/// It inherits no descriptor of ours but the three standard ones, so that a server that it starts keeps no pipe of another
/// test open.
package struct Executable: Sendable {
    /// The system started no process.
    package struct Failed: Error, CustomStringConvertible {
        package var description: String
    }

    private let arguments: [String]
    private let environment: [String: String]
    private let folder: String

    /// - Parameters:
    ///   - arguments: the program first: a path, or a name that is searched for in `PATH`.
    ///   - environment: all variables that it gets; `nil` for ours.
    ///   - more: variables beside these.
    ///   - folder: where it starts; `.` is where we are.
    package init(
        _ arguments: [String],
        environment: [String: String]? = nil,
        adding more: [String: String] = [:],
        in folder: String = "."
    ) {
        self.arguments = arguments
        self.environment = (environment ?? ProcessInfo.processInfo.environment).merging(more) { $1 }
        self.folder = folder
    }

    /// The path of a program that was built beside the one that runs the tests.
    package static func built(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path
    }

    /// Runs it to its end. Nothing of the tests' pool waits for it.
    ///
    /// - Parameter input: what it reads from standard input.
    /// - Throws: ``Failed`` if it could not be started. How it ended is for the caller to judge.
    package func run(input: String = "") async throws -> ExecutableOutcome {
        try await onOwnThread("program") {
            // Files, because a pipe that nobody reads stops the program when it is full.
            let files = (try NamelessFile(input), try NamelessFile(""), try NamelessFile(""))
            let process = try spawn(input: files.0.descriptor, output: files.1.descriptor, errors: files.2.descriptor)
            let status = Self.wait(for: process)
            return ExecutableOutcome(status: status, output: files.1.text, errors: files.2.text)
        }
    }

    /// Starts a process with these three descriptors as the standard ones.
    func spawn(input: Int32, output: Int32, errors: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, standard) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
            posix_spawn_file_actions_adddup2(&actions, descriptor, standard)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        posix_spawn_file_actions_addchdir_np(&actions, folder)
        // Ours lets signals wait that a program must see.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process = pid_t()
        let problem = Self.withCStrings(arguments) { words in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
                posix_spawnp(&process, arguments.first ?? "", &actions, &attributes, words, variables)
            }
        }
        guard problem == 0 else {
            throw Failed(description: "\(arguments.first ?? "") was not started: \(String(cString: strerror(problem)))")
        }
        return process
    }

    /// Waits until a process has ended, and returns its status as ``ExecutableOutcome`` says it.
    static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Lends copies of `texts` as C knows them, with a null pointer at the end.
    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
