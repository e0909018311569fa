// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Testing

/// The test bed's cluster, with the operator installed: `scripts/test` brings both up and runs these tests in the bed.
enum Cluster {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program and returns its standard output.
    @discardableResult
    static func run(_ arguments: String..., input: String = "") throws -> String { try run(arguments, input) }

    /// `kubectl get … -o json`
    static func get(_ arguments: String...) throws -> JSON {
        try JSONDocument(parsing: run(["kubectl", "get"] + arguments + ["-o", "json"], "").utf8).decode()
    }

    /// Asks again until there is an answer; fails after the time limit of the suite.
    static func eventually<Value>(_ what: String, _ ask: () throws -> Value?) async throws -> Value {
        for _ in 0..<1200 {
            if let value = try ask() { return value }
            try await Task.sleep(for: .milliseconds(250))  // between two looks at another process
        }
        throw Failed(description: "it never came to this: \(what)")
    }

    private static func run(_ arguments: [String], _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let (output, errors, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failed(description: "\(arguments.joined(separator: " ")): \(problem)")
        }
        return text
    }
}

extension JSON {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Int64? { if case .integer(let number) = self { number } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

    /// A member of a member: `status.phase`.
    func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(Optional(self)) { value, key in value?[String(key)] }
    }
}
