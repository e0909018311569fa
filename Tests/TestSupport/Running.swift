// SPDX-License-Identifier: Apache-2.0

/// Runs `work` as a child while `body` plays its surroundings, and returns how it ended.
///
/// A child and not a `Task`: when the suite's time limit cancels a test that waits for a `Task`, the `Task` goes on and
/// the test hangs.
package func running<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value,
    while body: (_ cancel: () -> Void) async -> Void
) async -> Result<Value, any Error> {
    await withTaskGroup(of: Result<Value, any Error>.self) { group in
        group.addTask {
            do {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        await body { group.cancelAll() }
        return await group.next() ?? .failure(CancellationError())
    }
}
