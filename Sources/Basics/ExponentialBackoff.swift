// SPDX-License-Identifier: Apache-2.0

/// A delay for each key that doubles with every failure: `base * 2^failures`, never above `maximum`.
package struct ExponentialBackoff<Key: Hashable & Sendable>: Sendable {
    package let base: Duration
    package let maximum: Duration
    private var failures: [Key: Int] = [:]

    package init(base: Duration = .milliseconds(5), maximum: Duration = .seconds(1000)) {
        self.base = base
        self.maximum = maximum
    }

    /// The delay before the next try, and one failure more.
    package mutating func next(for key: Key) -> Duration {
        let count = failures[key, default: 0]
        failures[key] = count + 1
        // Forty doublings pass any cap in use; stopping here keeps the shift far from overflow.
        guard count < 40 else { return maximum }
        return min(base * (1 << count), maximum)
    }

    /// All is well again: the next failure starts from `base`.
    package mutating func forget(_ key: Key) { failures[key] = nil }

    /// Failures in a row.
    package func failureCount(for key: Key) -> Int { failures[key, default: 0] }
}
