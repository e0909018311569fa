// SPDX-License-Identifier: Apache-2.0

import Basics
import CommandLine
import TestSupport
import Testing

@Suite
struct ProgressLineTests {
    static let half = line(512, of: 1024, after: .seconds(4))

    static func line(_ mebibytes: Int64, of total: Int64?, after elapsed: Duration) -> ProgressLine {
        ProgressLine(
            label: "copying",
            done: ByteCount(mebibytes << 20),
            total: total.map { ByteCount($0 << 20) },
            elapsed: elapsed
        )
    }

    @Test(.rows(28)) func aPersonSeesHowMuchIsDoneAndHowFastItGoes() {
        let bar = "[===========>            ]"
        #expect(Self.half.text(columns: 100) == "copying  \(bar)  50%  512.0 MiB of 1.0 GiB  128.0 MiB/s")
    }

    @Test func aLogHasWordsOnly() {
        #expect(Self.half.text(columns: nil) == "copying  50%  512.0 MiB of 1.0 GiB  128.0 MiB/s")
    }

    @Test func theBarGrowsToItsEndAndNoFurther() {
        let bars = [0, 1, 1023, 1024, 5000].map { done in
            Self.line(done, of: 1024, after: .seconds(1)).text(columns: 100).dropFirst(9).prefix(31)
        }
        let (empty, full) = (String(repeating: " ", count: 24), String(repeating: "=", count: 23) + ">")
        let almost = String(repeating: "=", count: 22) + "> "
        #expect(bars == ["[\(empty)]   0%", "[\(empty)]   0%", "[\(almost)]  99%", "[\(full)] 100%", "[\(full)] 100%"])
    }

    @Test func withoutATotalThereIsNoShare() {
        let text = Self.line(512, of: nil, after: .seconds(4)).text(columns: 100)
        #expect(text == "copying  512.0 MiB  128.0 MiB/s")
        #expect(!Self.line(0, of: 0, after: .zero).text(columns: 100).contains("%"))
    }

    /// In the first moments it would be any number.
    @Test func theSpeedIsToldOnceItMeansSomething() {
        #expect(!Self.line(5, of: 10, after: .milliseconds(499)).text(columns: 100).contains("/s"))
        #expect(Self.line(5, of: 10, after: .milliseconds(500)).text(columns: 100).contains("10.0 MiB/s"))
    }

    @Test(arguments: 1...120) func aLineIsShorterThanTheTerminal(columns: Int) {
        for total in [nil, 1, 1024, Int64(1 << 40)] {
            for elapsed in [Duration.zero, .seconds(1), .seconds(100_000)] {
                let text = Self.line((total ?? 1 << 40) / 2, of: total, after: elapsed).text(columns: columns)
                #expect(text.count < columns, "\(text)")
            }
        }
    }

    @Test func inANarrowTerminalTheNumbersAreLeft() {
        #expect(Self.half.text(columns: 64).contains("[=====>      ]"), "a shorter bar")
        #expect(Self.half.text(columns: 50) == Self.half.text(columns: nil))
    }
}

@Suite
struct ProgressPaceTests {
    /// What is written of a hundred lines in ten seconds.
    func write(_ pace: inout ProgressPace) -> [String] {
        (0..<100).compactMap { pace.write("line \($0)", at: .milliseconds(100) * $0) }
    }

    @Test func aPersonSeesTenASecondInOnePlace() {
        var pace = ProgressPace(isDrawn: true)
        var screen = Screen(columns: 40)
        let written = write(&pace)
        #expect(written.count == 100)
        #expect(pace.write("too early", at: .milliseconds(9_999)) == nil)
        for text in written { screen.write(text) }
        #expect(screen.lines == ["line 99"])
        #expect(pace.write("short", at: .seconds(20)).map { screen.write($0) } != nil)
        #expect(screen.lines == ["short"], "nothing is left of what was longer")
        screen.write(pace.end)
        screen.write("the result\n")
        #expect(screen.lines == ["the result", ""])
    }

    @Test func aLogHasALineEveryTenSeconds() {
        var pace = ProgressPace(isDrawn: false)
        #expect(write(&pace) == [])
        let written = (10..<100).compactMap { pace.write("line \($0)", at: .seconds($0)) }
        #expect(written == (1..<10).map { "line \($0 * 10)\n" })
        #expect(pace.end == "")
    }

    @Test func whatWasNeverDrawnIsNotCleared() { #expect(ProgressPace(isDrawn: true).end == "") }
}
