// SPDX-License-Identifier: Apache-2.0

/// Thrown by ``withDeadline(_:clock:_:)`` when the work took too long.
package struct DeadlineExceeded: Error, Equatable {
    package var limit: Duration

    package init(limit: Duration) { self.limit = limit }
}

/// Runs `work` and cancels it after `limit`. Returns once the work has really ended.
package func withDeadline<Value: Sendable, C: Clock<Duration>>(
    _ limit: Duration,
    clock: C,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let value = first else {
            throw DeadlineExceeded(limit: limit)
        }
        return value
    }
}
