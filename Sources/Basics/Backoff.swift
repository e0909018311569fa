// SPDX-License-Identifier: Apache-2.0

/// How long to wait after failures in a row: `base`, doubled with each failure, at most `maximum`, and of that a random
/// share, so that many who fail together do not come back together.
package struct Backoff: Sendable {
    private let base: Duration
    private let maximum: Duration
    private let jitter: ClosedRange<Double>

    /// - Parameter jitter: what a delay is multiplied with: `1...1.25` adds up to a quarter.
    package init(base: Duration, maximum: Duration, jitter: ClosedRange<Double> = 1...1.25) {
        self.base = base
        self.maximum = maximum
        self.jitter = jitter
    }

    /// - Parameters:
    ///   - failures: in a row, the first being 1.
    ///   - random: a number from 0 to 1; picks a place in the jitter.
    package func delay(after failures: Int, random: Double) -> Duration {
        // Forty doublings pass any maximum in use; stopping there keeps the shift far from overflow.
        let longest = failures > 40 ? maximum : min(base * (1 << max(0, failures - 1)), maximum)
        return longest * (jitter.lowerBound + (jitter.upperBound - jitter.lowerBound) * random)
    }
}
