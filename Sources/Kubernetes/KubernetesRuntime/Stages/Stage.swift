// SPDX-License-Identifier: Apache-2.0

package import Basics

/// One part of a program that is started after the parts before it and stopped before them.
package struct Stage: Sendable {
    package let name: String

    /// Opens `ready` once the next stage may start, and returns soon after `stop` has opened.
    package let run: @Sendable (_ ready: Latch, _ stop: Latch) async throws -> Void

    package init(
        _ name: String,
        run: @escaping @Sendable (_ ready: Latch, _ stop: Latch) async throws -> Void
    ) {
        self.name = name
        self.run = run
    }
}

/// A stage ended although nobody had asked it to.
package struct StageEndedEarly: Error, Equatable {
    package var name: String
}

/// Runs the stages until `shutdown` opens, then stops them in reverse order, each one only when the next has ended.
///
/// If they have not all ended `grace` after that, everything is cancelled. A stage that throws takes the later ones
/// with it at once (a lost lease gets no grace); the earlier ones are still stopped in order.
package func runStages<C: Clock<Duration>>(
    _ stages: [Stage],
    until shutdown: Latch,
    grace: Duration,
    clock: C
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await runNested(stages[...], until: shutdown) }
        group.addTask {
            try await shutdown.wait()
            try await clock.sleep(for: grace)
            throw DeadlineExceeded(limit: grace)
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}

/// A stage is a task group inside the group of the stage before it: the reverse order comes from the nesting.
private func runNested(_ stages: ArraySlice<Stage>, until shutdown: Latch) async throws {
    guard let stage = stages.first else { return try await shutdown.wait() }
    let ready = Latch()
    let stop = Latch()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await stage.run(ready, stop)
            if !stop.isOpen { throw StageEndedEarly(name: stage.name) }
        }
        group.addTask {
            defer { stop.open() }  // whatever became of the later stages, this one is stopped in order
            try await ready.waitUnless(shutdown)
            if shutdown.isOpen { return }
            try await runNested(stages.dropFirst(), until: shutdown)
        }
        var failure: (any Error)?
        while let outcome = await group.nextResult() {
            guard case .failure(let error) = outcome else { continue }
            if failure == nil { failure = error }
            if !stop.isOpen { group.cancelAll() }
        }
        if let failure { throw failure }
    }
}

extension Latch {
    /// Waits for this latch or for `other`, whichever opens first: a stage that never gets ready must not block the
    /// shutdown.
    fileprivate func waitUnless(_ other: Latch) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait() }
            group.addTask { try await other.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
