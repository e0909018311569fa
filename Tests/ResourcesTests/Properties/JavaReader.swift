// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation

/// Java's own reader of properties.
enum JavaReader {
    struct Failure: Error {
        var text: String
    }

    static func read(_ text: String) async throws -> [String: String] {
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/ReadProperties.java"
        )
        let output = try await onOwnThread("java") {
            let work = FileManager.default.temporaryDirectory.appending(path: "properties-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: work) }  // only a folder in /tmp would be left
            let file = work.appending(path: "connect-distributed.properties")
            try Data(text.utf8).write(to: file)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["java", "-XX:TieredStopAtLevel=1", program.path, file.path]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw Failure(text: "java ended with \(process.terminationStatus)")
            }
            return String(decoding: output, as: UTF8.self)
        }
        var properties: [String: String] = [:]
        for line in output.split(separator: "\n") {
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
