// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import ImageTransfer

/// Tells the person on standard error how far the transfer is.
final class ImageCopyProgress: Sendable {
    private let console: Console
    private let isQuiet: Bool
    private let elapsed: @Sendable () -> Duration
    private let pace: Locked<ProgressPace>

    /// - Parameter elapsed: since the copy began; `nil`: since now.
    init(_ console: Console, isQuiet: Bool, elapsed: (@Sendable () -> Duration)? = nil) {
        self.console = console
        self.isQuiet = isQuiet
        let begin = ContinuousClock.now
        self.elapsed = elapsed ?? { ContinuousClock.now - begin }
        pace = Locked(ProgressPace(isDrawn: console.columns != nil))
    }

    func show(_ progress: ImageTransferProgress) {
        guard !isQuiet else { return }
        let elapsed = elapsed()
        let line = ProgressLine(
            label: progress.stage == .reading ? "copying" : "completing",
            done: ByteCount(progress.bytesRead),
            total: progress.bytesTotal.map { ByteCount($0) },
            elapsed: elapsed
        ).text(columns: console.columns)
        if let text = pace.withLock({ $0.write(line, at: elapsed) }) { console.draw(text) }
    }

    func end() {
        let text = pace.withLock { pace in
            defer { pace = ProgressPace(isDrawn: console.columns != nil) }
            return pace.end
        }
        if !text.isEmpty { console.draw(text) }
    }
}
