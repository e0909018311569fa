// SPDX-License-Identifier: Apache-2.0

import CSystem
import Foundation
import Testing

@Suite
struct GivenBackMemoryTests {
    /// Kibibytes of files, mostly of code, that are mapped and in memory.
    static func mapped() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(Int(line.filter(\.isNumber)))
    }

    @Test func codeIsGivenBackAndThereWhenItIsCalled() throws {
        let before = try Self.mapped()
        system_give_memory_back()
        let after = try Self.mapped()
        #expect(after < before)
        #expect("code that runs".uppercased() == "CODE THAT RUNS")
    }
}
