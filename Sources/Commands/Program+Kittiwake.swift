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
        isInteractive: isatty(STDERR_FILENO) == 1
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
