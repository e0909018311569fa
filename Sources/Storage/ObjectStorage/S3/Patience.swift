// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// How much longer a store is waited for, by everything that belongs to one read. The time in which the store has to wait
/// for us does not count: a registry that is slow is not the store's fault.
struct Patience<C: Clock<Duration>> {
    private(set) var left: Duration
    private let clock: C

    init(_ time: Duration, _ clock: C) { (left, self.clock) = (time, clock) }

    /// Waits for the store. How long a single wait may last is for `body` to say.
    ///
    /// - Throws: `DeadlineExceeded` if there is nothing left at its beginning.
    mutating func waiting<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard left > .zero else { throw DeadlineExceeded(limit: left) }
        let begun = clock.now
        defer { left -= begun.duration(to: clock.now) }
        return try await body()
    }
}
