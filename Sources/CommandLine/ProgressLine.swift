// SPDX-License-Identifier: Apache-2.0

package import Basics

/// How far a long piece of work is, as one line: `copying  [=========>          ]  47%  512.0 MiB of 1.1 GiB  180.2 MiB/s`.
/// Pure.
package struct ProgressLine: Equatable, Sendable {
    /// A bar of fewer places says nothing.
    private static let barWidths = 6...24

    /// What is being done.
    package var label: String
    /// How much of it is done.
    package var done: ByteCount
    /// `nil`: nobody knows how much there is.
    package var total: ByteCount?
    /// Since the beginning.
    package var elapsed: Duration

    package init(label: String, done: ByteCount, total: ByteCount?, elapsed: Duration) {
        (self.label, self.done, self.total, self.elapsed) = (label, done, total, elapsed)
    }

    /// - Parameter columns: the width of the terminal where a person watches: there it has a bar, and never fills the
    ///   line, as what goes on in the next one cannot be drawn over. `nil`: plain words for a log.
    package func text(columns: Int?) -> String {
        let room = columns.map { max(0, $0 - 1) } ?? .max
        let seconds = elapsed / .seconds(1)
        let speed = seconds >= 0.5 ? "  \(ByteCount(Int64(Double(done.bytes) / seconds)))/s" : ""
        guard let total, total.bytes > 0 else { return String("\(label)  \(done)\(speed)".prefix(room)) }
        let share = min(1, max(0, Double(done.bytes) / Double(total.bytes)))
        let percent = String(Int(share * 100))
        let amount = "\(done) of \(total)\(speed)"
        let padded = String(repeating: " ", count: max(0, 3 - percent.count)) + percent
        let width = room - "\(label)  [] \(padded)%  \(amount)".count
        guard columns != nil, width >= Self.barWidths.lowerBound else {
            return String("\(label)  \(percent)%  \(amount)".prefix(room))
        }
        return "\(label)  [\(Self.bar(share, min(width, Self.barWidths.upperBound)))] \(padded)%  \(amount)"
    }

    private static func bar(_ share: Double, _ width: Int) -> String {
        let filled = Int(share * Double(width))
        let bar = String(repeating: "=", count: max(0, filled - 1)) + (filled > 0 ? ">" : "")
        return bar + String(repeating: " ", count: width - filled)
    }
}

/// Decides when a progress line is worth writing: ten times a second in place where a person watches, otherwise every
/// ten seconds as a line of its own. Pure: the time is a parameter.
package struct ProgressPace: Sendable {
    private let isDrawn: Bool
    private var last: Duration?

    /// - Parameter isDrawn: whether a person watches.
    package init(isDrawn: Bool) { self.isDrawn = isDrawn }

    /// What to write to standard error; `nil` if it is too early.
    ///
    /// - Parameter elapsed: since the beginning.
    package mutating func write(_ line: String, at elapsed: Duration) -> String? {
        let pause: Duration = isDrawn ? .milliseconds(100) : .seconds(10)
        if let last, elapsed - last < pause { return nil }
        // The first line of a log comes after the first pause: what is over before that needs no line.
        if last == nil, !isDrawn, elapsed < pause { return nil }
        last = elapsed
        // Back to the beginning of the line, whose rest is cleared behind what is written.
        return isDrawn ? "\r\(line)\u{1b}[K" : "\(line)\n"
    }

    /// What to write at the end, so that what follows stands on a line of its own.
    package var end: String { isDrawn && last != nil ? "\r\u{1b}[K" : "" }
}
