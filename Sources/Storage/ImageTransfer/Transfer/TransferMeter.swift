// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Counts what passes, and tells whoever wants to know. Callable from any thread.
final class TransferMeter: Sendable {
    private struct State: Sendable {
        var progress = ImageTransferProgress()
        var told: Int64 = 0
    }

    /// So many bytes are worth a word.
    private static let step: Int64 = 1 << 20

    private let state = Locked(State())
    private let report: @Sendable (ImageTransferProgress) -> Void

    init(_ report: @escaping @Sendable (ImageTransferProgress) -> Void) { self.report = report }

    var progress: ImageTransferProgress { state.withLock { $0.progress } }

    func read(_ count: Int) { change { $0.bytesRead += Int64(count) } }
    func sent(_ count: Int) { change { $0.bytesSent += Int64(count) } }
    func expect(_ total: Int64?) { change(isNews: true) { $0.bytesTotal = total } }
    func completed(_ layer: ImageTransferOutcome.Layer) { change(isNews: true) { $0.layers.append(layer) } }
    func begin(_ stage: ImageTransferProgress.Stage) { change(isNews: true) { $0.stage = stage } }

    private func change(isNews: Bool = false, _ body: (inout ImageTransferProgress) -> Void) {
        let news = state.withLock { state -> ImageTransferProgress? in
            body(&state.progress)
            let moved = state.progress.bytesRead + state.progress.bytesSent
            guard isNews || moved - state.told >= Self.step else { return nil }
            state.told = moved
            return state.progress
        }
        if let news { report(news) }
    }
}
