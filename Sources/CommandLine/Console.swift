// SPDX-License-Identifier: Apache-2.0

/// Where a command writes: standard output carries the result, standard error progress and messages.
package struct Console: Sendable {
    private let output: @Sendable ([UInt8]) -> Void
    private let errors: @Sendable ([UInt8]) -> Void
    private let width: @Sendable () -> Int?

    /// - Parameter width: how many columns the terminal has on which a person watches standard error, asked each time, as
    ///   windows change; `nil` if standard error is no terminal.
    package init(
        output: @escaping @Sendable ([UInt8]) -> Void,
        errors: @escaping @Sendable ([UInt8]) -> Void,
        width: @escaping @Sendable () -> Int? = { nil }
    ) {
        self.output = output
        self.errors = errors
        self.width = width
    }

    /// How wide the terminal is on which a person watches: there progress is drawn in place. `nil`: nobody watches, and
    /// progress is a line a second at most.
    package var columns: Int? { width() }

    /// Writes a line of the result.
    package func print(_ line: String) { output(Array((line + "\n").utf8)) }

    /// Writes a part of the result as it is.
    package func write(_ bytes: [UInt8]) { output(bytes) }

    /// Writes a line for the person.
    package func note(_ line: String) { errors(Array((line + "\n").utf8)) }

    /// Writes to standard error as it is, for progress that is drawn in place.
    package func draw(_ text: String) { errors(Array(text.utf8)) }
}
