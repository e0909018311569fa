// SPDX-License-Identifier: Apache-2.0

/// Real time that runs so many times as fast: a back-off of seconds is over in milliseconds, and everything happens in
/// the order it would.
package struct ScaledClock: Clock, Sendable {
    package struct Instant: InstantProtocol {
        package var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let factor: Double
    private let start = ContinuousClock.now

    package init(factor: Double) { self.factor = factor }

    package var now: Instant { Instant(offset: start.duration(to: .now) * factor) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let left = now.duration(to: deadline)
        if left > .zero { try await Task.sleep(for: left / factor) }
        try Task.checkCancellation()
    }
}
