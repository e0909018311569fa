// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc
import Testing

@Suite(.timeLimit(.minutes(5)))
struct LogTests {
    @Test func aLineIsOneObject() {
        let lines = Locked<[String]>([])
        let log = Log(
            now: { 1_767_323_045_006_789 },
            write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        )
        log.with(["controller": "connector"]).warning("Restarted task", ["key": "a/\"b\"", "trace": "x\n\u{1}"])
        log.debug("Saw nothing")
        let expected =
            #"{"time":"2026-01-02T03:04:05.006Z","level":"warning","message":"Restarted task","#
            + #""controller":"connector","key":"a/\"b\"","trace":"x\n\u0001"}"#
        #expect(lines.withLock { $0 } == [expected + "\n"])
    }

    @Test func aLineOfTextIsForPeople() {
        let lines = Locked<[String]>([])
        let log = Log(
            format: .text,
            now: { 1_767_323_045_006_789 },
            write: { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        )
        log.with(["name": "orders"]).info("Applied object", ["kind": "Service", "error": "it said \"no\"\nforged=1"])
        let expected =
            #"2026-01-02T03:04:05.006Z info    Applied object name=orders kind=Service error="it said \"no\"\nforged=1""#
        #expect(lines.withLock { $0 } == [expected + "\n"])
    }

    /// A pipe, as under a container runtime, whose reader is slower than the writers: only what fits is written at
    /// once, and the kernel may put another thread's line in between.
    @Test func longLinesOfSeveralThreadsDoNotMix() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        defer { close(input) }
        let write = Log.writing(to: output)
        async let lines = onOwnThread("reader") {
            var bytes: [UInt8] = []
            var room = [UInt8](repeating: 0, count: 5000)
            while true {
                usleep(50)  // slower than the writers
                let count = read(input, &room, room.count)
                if count <= 0 { return bytes.split(separator: UInt8(ascii: "\n")) }
                bytes += room[..<count]
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for letter in "abcd".utf8 {
                group.addTask {
                    try await onOwnThread("writer") {
                        for _ in 0..<50 { write([UInt8](repeating: letter, count: 9999) + [UInt8(ascii: "\n")]) }
                    }
                }
            }
            try await group.waitForAll()
        }
        close(output)
        let all = try await lines
        #expect(all.count == 200)
        #expect(all.allSatisfy { line in line.count == 9999 && line.allSatisfy { $0 == line.first } })
    }
}
