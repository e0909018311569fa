// SPDX-License-Identifier: Apache-2.0

/// How often a step is tried again and how long to wait in between: `base * 2^n`, at most `maximum`, of which a random
/// part between half and all is waited, so that many who fail together do not come back together.
///
/// Clock and randomness are behind `pause`: tests put their own in its place.
package struct RetryPolicy: Sendable {
    /// How many failures in a row end it.
    package var attempts: Int
    package var base: Duration
    package var maximum: Duration
    /// Waits; throws when the task is cancelled meanwhile.
    package var pause: @Sendable (Duration) async throws -> Void

    package init(
        attempts: Int = 5,
        base: Duration = .milliseconds(200),
        maximum: Duration = .seconds(10),
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.attempts = attempts
        self.base = base
        self.maximum = maximum
        self.pause = pause
    }

    /// What to wait after so many failures in a row, the first being 1.
    package func delay(after failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let longest = failures > 30 ? maximum : min(base * (1 << max(0, failures - 1)), maximum)
        return longest * Double.random(in: 0.5...1, using: &random)
    }

    /// Waits as long as ``delay(after:using:)`` says.
    package func wait(after failures: Int) async throws {
        var random = SystemRandomNumberGenerator()
        try await pause(delay(after: failures, using: &random))
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
