// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A page with commands in it: the fenced blocks marked `bash`, all of which a test runs.
struct CommandDocument {
    let path: String
    /// Blocks of commands, in their order.
    let commands: [String]
    /// Blocks marked `yaml`.
    let manifests: [String]

    /// - Parameter path: in the repository.
    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOf: Bed.root.appendingPathComponent(path), encoding: .utf8)
        commands = Self.blocks(of: text, "bash")
        manifests = Self.blocks(of: text, "yaml")
    }

    private static func blocks(of text: String, _ language: String) -> [String] {
        var blocks: [String] = []
        var block: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let open = block {
                if line == "```" { blocks.append(open) }
                block = line == "```" ? nil : "\(open)\(line)\n"
            } else if line == "```\(language)" {
                block = ""
            }
        }
        return blocks
    }
}

/// How the commands of a page are run in the bed: as they stand, but for the values that everybody has to put in himself.
struct CommandRun {
    /// Lines that are not run, and why.
    static let exempt = [
        "make demo": "this test is a part of the other one, and the demonstration needs a bed to itself",
        "make test": "this is it",
        "make image": "it waits for whoever builds or tests; scripts/test has run it",
        "git clone <repository-url>": "the tests run in a clone",
    ]

    /// In the repository.
    var folder = "dist/documents"
    var replacements: [(String, String)] = []

    /// Runs every block of a page in a shell of its own, which ends at the first command that fails.
    ///
    /// - Throws: if a command fails, or lists nothing where the page shows a list.
    func callAsFunction(_ document: CommandDocument) async throws {
        for block in document.commands {
            let script = try script(block)
            let output = try await Bed.run("bash", "-euo", "pipefail", "-c", script)
            if output.contains("No resources found"), !block.contains("delete") {
                throw Bed.Failed(description: "\(document.path): a command found nothing: \(script)\(output)")
            }
        }
    }

    private func script(_ block: String) throws -> String {
        var block = block
        for (old, new) in replacements { block = block.replacingOccurrences(of: old, with: new) }
        var lines = [Self.head, "cd \(folder)"]
        for line in block.split(separator: "\n") {
            let command = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
            if command.isEmpty || Self.exempt[command] != nil { continue }
            lines += Self.ending(command)
        }
        return lines.joined(separator: "\n")
    }

    /// A command that goes on until it is interrupted is interrupted here.
    private static func ending(_ command: String) -> [String] {
        if command.hasPrefix("kubectl port-forward") {
            return [
                "\(command) &", "for _ in {1..50}; do ! curl -o /dev/null localhost:8083 || break; sleep 0.2; done",
            ]
        }
        if command.hasSuffix(" -f") { return ["timeout 3 \(command) || test $? = 124"] }
        return [command]
    }

    /// What a user has: programs in the path, keys, an answer other than 200 noticed. `docker` and `aws` are stand-ins.
    private static let head = """
        exec 2>&1
        export PATH=$PWD/dist/documents/bin:$PWD/dist:$PATH
        export AWS_ACCESS_KEY_ID=kittiwake AWS_SECRET_ACCESS_KEY=kittiwake-secret
        export REGISTRY_ENDPOINTS=localhost:5000=http://registry.local:5000
        curl() { command curl --silent --fail "$@"; }
        trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
        """
}
