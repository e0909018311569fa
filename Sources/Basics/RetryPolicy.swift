// SPDX-License-Identifier: Apache-2.0

/// How often a step is tried again and how long to wait in between: between half and all of a back-off.
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

    /// Waits after so many failures in a row, the first being 1.
    package func wait(after failures: Int) async throws {
        try await pause(backoff.delay(after: failures, random: .random(in: 0...1)))
    }

    /// Runs `step` until it succeeds, fails in a way that is not worth another try, or has failed ``attempts`` times.
    ///
    /// - Throws: what the last try threw.
    package func run<Value: Sendable>(
        while isWorthRetrying: @Sendable (any Error) -> Bool,
        _ step: @Sendable () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await step()
            } catch {
                failures += 1
                guard failures < attempts, !Task.isCancelled, isWorthRetrying(error) else { throw error }
            }
            try await wait(after: failures)
        }
    }
}
