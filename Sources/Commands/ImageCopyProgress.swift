// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import ImageTransfer

/// Tells the person on standard error how far the transfer is.
final class ImageCopyProgress: Sendable {
    private let console: Console
    private let isQuiet: Bool
    private let begin = ContinuousClock.now
    private let pace: Locked<ProgressPace>

    init(_ console: Console, isQuiet: Bool) {
        self.console = console
        self.isQuiet = isQuiet
        pace = Locked(ProgressPace(isDrawn: console.isInteractive))
    }

    func show(_ progress: ImageTransferProgress) {
        guard !isQuiet else { return }
        let elapsed = ContinuousClock.now - begin
        let line = ProgressLine(
            label: progress.stage == .reading ? "copying" : "completing",
            done: ByteCount(progress.bytesRead),
            total: progress.bytesTotal.map { ByteCount($0) },
            elapsed: elapsed
        ).text(isDrawn: console.isInteractive)
        if let text = pace.withLock({ $0.write(line, at: elapsed) }) { console.draw(text) }
    }

    func end() {
        let text = pace.withLock { pace in
            defer { pace = ProgressPace(isDrawn: console.isInteractive) }
            return pace.end
        }
        if !text.isEmpty { console.draw(text) }
    }
}
