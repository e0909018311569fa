// SPDX-License-Identifier: Apache-2.0

/// An error that a ``RetryPolicy`` learns from.
package protocol RetriedError: Error {
    /// How long the other side asks to be left alone; `nil` if it asks for nothing.
    var retryAfter: Duration? { get set }
    /// Somebody has tried often enough already: whoever hears of it does not begin again. Otherwise the numbers of tries
    /// of a step and of the steps in it would be multiplied.
    var isSpent: Bool { get set }
}

/// How often a step is tried again and how long to wait in between: between half and all of a back-off, or what the other
/// side asks for if that is longer.
///
/// The clock is behind `pause`: tests put their own in its place.
package struct RetryPolicy: Sendable {
    /// How many failures in a row end it.
    package var attempts: Int
    package var backoff: Backoff
    /// Waits; throws when the task is cancelled meanwhile.
    package var pause: @Sendable (Duration) async throws -> Void

    package init(
        attempts: Int = 5,
        base: Duration = .milliseconds(200),
        maximum: Duration = .seconds(10),
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.attempts = attempts
        backoff = Backoff(base: base, maximum: maximum, jitter: 0.5...1)
        self.pause = pause
    }

    /// No other side may ask for more.
    private static let longestWish = Duration.seconds(60)

    /// Waits after so many failures in a row, the first being 1.
    ///
    /// - Parameter failure: the last of them.
    package func wait(after failures: Int, _ failure: any Error) async throws {
        let wish = min((failure as? any RetriedError)?.retryAfter ?? .zero, Self.longestWish)
        try await pause(max(wish, backoff.delay(after: failures, random: .random(in: 0...1))))
    }

    /// Runs `step` until it succeeds, fails in a way that is not worth another try, or has failed ``attempts`` times.
    ///
    /// - Throws: what the last try threw; a ``RetriedError`` is spent then.
    package func run<Value: Sendable>(
        while isWorthRetrying: @Sendable (any Error) -> Bool,
        _ step: @Sendable () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            let failure: any Error
            do {
                return try await step()
            } catch {
                failure = error
            }
            failures += 1
            let known = failure as? any RetriedError
            guard !Task.isCancelled, known?.isSpent != true, isWorthRetrying(failure) else { throw failure }
            guard failures < attempts else {
                guard var known else { throw failure }
                known.isSpent = true
                throw known
            }
            try await wait(after: failures, failure)
        }
    }
}
