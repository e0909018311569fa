// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Java's own reader of properties.
enum JavaReader {
    struct Failure: Error {
        var text: String
    }

    static func read(_ text: String) async throws -> [String: String] {
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/ReadProperties.java"
        )
        let java = Executable(["java", "-XX:TieredStopAtLevel=1", program.path, "/dev/stdin"])
        let outcome = try await java.run(input: text)
        guard outcome.status == 0 else { throw Failure(text: "java ended with \(outcome.status): \(outcome.errors)") }
        var properties: [String: String] = [:]
        for line in outcome.output.split(separator: "\n") {
            let words = line.split(separator: " ").map { word in
                let bytes = [UInt8](Data(base64Encoded: String(word.dropFirst())) ?? Data())
                let units = stride(from: 0, to: bytes.count, by: 2).map {
                    UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
                }
                return String(decoding: units, as: UTF16.self)
            }
            properties[words[0]] = words[1]
        }
        return properties
    }
}
