// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

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

    /// Runs a program outside of the bed and returns its standard output.
    @discardableResult
    static func call(_ arguments: [String], _ input: String) async throws -> String {
        let outcome = try await Executable(["/usr/bin/env"] + arguments, in: root.path).run(input: input)
        guard outcome.status == 0 else {
            throw Failed(description: "\(arguments.joined(separator: " ")): \(outcome.errors)\(outcome.output)")
        }
        return outcome.output
    }
}
