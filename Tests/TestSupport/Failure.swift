// SPDX-License-Identifier: Apache-2.0

internal import Testing

/// What `body` throws; a failed expectation, and `nil`, if that is nothing or another error.
package func failure<Failure: Error, Value>(
    _ type: Failure.Type,
    _ body: () async throws -> Value
) async -> Failure? {
    do {
        _ = try await body()
        Issue.record("nothing was thrown")
    } catch {
        if let error = error as? Failure { return error }
        Issue.record("another error was thrown: \(error)")
    }
    return nil
}
