// SPDX-License-Identifier: Apache-2.0

package import Basics

/// A program with subcommands: finds the one that was typed, parses for it, runs it, and turns mistakes into exit codes.
package struct Program: Sendable {
    /// What a subcommand is given: what was typed, the environment, and where to write.
    package struct Call: Sendable {
        package var invocation: Invocation
        package var environment: [String: String]
        package var console: Console
    }

    /// A command and what it does.
    package struct Subcommand: Sendable {
        package var command: Command
        /// May throw ``UsageError``, which is exit code 2; any other error is printed and is exit code 1.
        package var run: @Sendable (Call) async throws -> ExitCode

        package init(_ command: Command, run: @escaping @Sendable (Call) async throws -> ExitCode) {
            self.command = command
            self.run = run
        }
    }

    package var name: String
    package var about: String
    package var subcommands: [Subcommand]

    package init(_ name: String, _ about: String, _ subcommands: [Subcommand]) {
        self.name = name
        self.about = about
        self.subcommands = subcommands
    }

    /// What there is to call, with the exit codes.
    package var help: String {
        """
        usage: \(name) COMMAND [options]
        \(about)

        \(list(of: subcommands))

        "\(name) COMMAND --help" shows a command's options and an example.
        Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 the leader's work did not end after its lease was lost.

        """
    }

    /// A line for each: its name, and the first line of what it is about.
    private func list(of subcommands: [Subcommand]) -> String {
        let width = subcommands.map(\.command.name.count).max() ?? 0
        return subcommands.map { subcommand in
            let (name, about) = (subcommand.command.name, subcommand.command.about)
            return "  \(name)\(String(repeating: " ", count: width - name.count))  \(about.prefix { $0 != "\n" })"
        }.joined(separator: "\n")
    }

    /// Runs what `words` name.
    ///
    /// - Parameter words: what was typed, without the program's own name.
    package func run(_ words: [String], environment: [String: String], console: Console) async -> ExitCode {
        guard let first = words.first, first != "--help", first != "-h", first != "help" else {
            // Asked for, the help is a result; otherwise it says what is missing.
            if words.isEmpty { console.note(help) } else { console.print(help) }
            return words.isEmpty ? .usage : .success
        }
        guard let (subcommand, rest) = find(words) else {
            let group = subcommands.filter { $0.command.name.hasPrefix("\(name) \(first) ") }
            console.note(
                group.isEmpty
                    ? "\(name): unknown command \"\(first)\"; see \"\(name) --help\""
                    : "usage: \(name) \(first) COMMAND\n\n\(list(of: group))\n"
            )
            return .usage
        }
        if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            console.print(subcommand.command.help)
            return .success
        }
        do {
            let invocation = try subcommand.command.parse(rest, environment: environment)
            return try await subcommand.run(Call(invocation: invocation, environment: environment, console: console))
        } catch let error as UsageError {
            console.note("\(subcommand.command.name): \(error); see \"\(subcommand.command.name) --help\"")
            return .usage
        } catch {
            console.note("\(subcommand.command.name): \(error)")
            return .failure
        }
    }

    /// The subcommand whose whole name was typed, and the words after it. "image copy" is two words.
    private func find(_ words: [String]) -> (Subcommand, [String])? {
        for subcommand in subcommands {
            let name = subcommand.command.name.split(separator: " ").dropFirst().map(String.init)
            if words.starts(with: name) { return (subcommand, Array(words.dropFirst(name.count))) }
        }
        return nil
    }
}
