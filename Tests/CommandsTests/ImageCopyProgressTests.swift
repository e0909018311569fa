// SPDX-License-Identifier: Apache-2.0

import Basics
import CommandLine
import TestSupport
import Testing

@testable import Commands
@testable import ImageTransfer

/// What a person, or a log, is told of a copy.
@Suite
struct ImageCopyProgressTests {
    let written = Recorder<String>()
    let elapsed = Locked(Duration.zero)
    let columns = Locked<Int?>(nil)

    func progress(columns width: Int?, isQuiet: Bool = false) -> ImageCopyProgress {
        columns.withLock { $0 = width }
        let console = Console(
            output: { _ in },
            errors: { [written] in written.record(String(decoding: $0, as: UTF8.self)) },
            width: { [columns] in columns.withLock { $0 } }
        )
        return ImageCopyProgress(console, isQuiet: isQuiet) { [elapsed] in elapsed.withLock { $0 } }
    }

    /// So much of an image of a hundred mebibytes after so many seconds.
    func show(_ mebibytes: Int64, after seconds: Int, _ progress: ImageCopyProgress) {
        elapsed.withLock { $0 = .seconds(seconds) }
        var now = ImageTransferProgress()
        (now.bytesRead, now.bytesTotal) = (mebibytes << 20, 100 << 20)
        if mebibytes == 100 { now.stage = .completing }
        progress.show(now)
    }

    @Test(.rows(28)) func onATerminalOneLineIsDrawnAgainAndAgain() {
        let progress = progress(columns: 80)
        var screen = Screen(columns: 80)
        var seen: [String] = []
        for (amount, seconds) in [(0, 0), (25, 5), (50, 5), (75, 10), (100, 20)] {
            show(Int64(amount), after: seconds, progress)
            // The third is too early.
            for text in written.all.dropFirst(seen.count) {
                screen.write(text)
                seen.append(screen.lines.joined(separator: "\n"))
            }
        }
        #expect(
            seen == [
                "copying  [                        ]   0%  0 B of 100.0 MiB",
                "copying  [=====>                  ]  25%  25.0 MiB of 100.0 MiB  5.0 MiB/s",
                "copying  [=================>      ]  75%  75.0 MiB of 100.0 MiB  7.5 MiB/s",
                "completing  [=======================>] 100%  100.0 MiB of 100.0 MiB  5.0 MiB/s",
            ]
        )
        progress.end()
        progress.end()
        for text in written.all.dropFirst(seen.count) { screen.write(text) }
        #expect(screen.lines == [""], "what follows begins a line")
        #expect(!screen.hasWrapped)
    }

    @Test func aWindowThatIsMadeNarrowerGetsShorterLines() {
        let progress = progress(columns: 80)
        show(25, after: 5, progress)
        columns.withLock { $0 = 30 }
        show(50, after: 10, progress)
        var screen = Screen(columns: 30)
        written.all.last.map { screen.write($0) }
        #expect(screen.lines == ["copying  50%  50.0 MiB of 100"])
        #expect(!screen.hasWrapped)
    }

    @Test func inALogAreWholeLinesAndNothingOfATerminal() {
        let progress = progress(columns: nil)
        for step in 0...3 { show(Int64(step * 30), after: step * 10, progress) }
        progress.end()
        #expect(
            written.all == [
                "copying  30%  30.0 MiB of 100.0 MiB  3.0 MiB/s\n",
                "copying  60%  60.0 MiB of 100.0 MiB  3.0 MiB/s\n",
                "copying  90%  90.0 MiB of 100.0 MiB  3.0 MiB/s\n",
            ]
        )
    }

    @Test(arguments: [nil, 80]) func whoAsksForQuietSeesNothing(columns: Int?) {
        let progress = progress(columns: columns, isQuiet: true)
        for step in 0...3 { show(Int64(step * 30), after: step * 10, progress) }
        progress.end()
        #expect(written.all == [])
    }
}
