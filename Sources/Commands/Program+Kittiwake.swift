// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Glibc

/// The program `kittiwake` with all its subcommands.
///
/// - Parameter words: what was typed, without the program's name.
/// - Returns: the exit code, as `kittiwake --help` documents them.
package func kittiwake(_ words: [String]) async -> Int32 {
    signal(SIGPIPE, SIG_IGN)  // a reader of ours that goes away is an error of a write, not our end
    let console = Console(
        output: Log.writing(to: STDOUT_FILENO),
        errors: Log.writing(to: STDERR_FILENO),
        width: { terminalWidth(of: STDERR_FILENO) }
    )
    let words = words == ["--version"] ? ["version"] : words
    return await Program.kittiwake.run(words, environment: processEnvironment(), console: console).rawValue
}

extension Program {
    /// All subcommands. See ``kittiwake(_:)`` for the process around them.
    static let kittiwake = Program(
        "kittiwake",
        "Runs Kafka Connect on Kubernetes.",
        [
            operatorCommand, coordinatorCommand, planCommand, validateCommand, crdsCommand, imageCopyCommand,
            versionCommand,
        ]
    )
}

private func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return variables
}

/// In columns; `nil` if it is no terminal.
private func terminalWidth(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    // One that does not know, such as a serial line, is taken for what terminals once were.
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}
