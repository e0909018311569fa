// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Glibc

/// Runs `body`; the first SIGTERM or SIGINT opens `shutdown`, the second one ends the wait for `body` at once.
///
/// How long `body` may take after the first is its own matter: see ``runStages(_:until:grace:clock:)``.
func withTerminationSignals(
    opening shutdown: Latch,
    _ body: @escaping @Sendable () async throws -> ExitCode
) async throws -> ExitCode {
    let terminations = await Signals(SIGTERM)
    let interruptions = await Signals(SIGINT)
    return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
        for signals in [terminations, interruptions] {
            group.addTask {
                for await _ in signals.arrivals {
                    if shutdown.isOpen { throw SecondTerminationSignal() }
                    shutdown.open()
                }
                return nil
            }
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        while let outcome = try await group.next() { if let outcome { return outcome } }
        return .failure
    }
}

/// Told to stop twice.
struct SecondTerminationSignal: Error, CustomStringConvertible {
    var description: String { "Stopped at once by a second signal" }
}
