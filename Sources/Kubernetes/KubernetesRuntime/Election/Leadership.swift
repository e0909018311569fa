// SPDX-License-Identifier: Apache-2.0

package import Basics

/// Leads, over and over: campaigns, works while the lease is held, and campaigns again in the same process when it was
/// lost (row 102).
package struct Leadership<Store: LeaseStore, C: Clock<Duration>>: Sendable {
    private enum Outcome {
        case ended
        case stopped
    }

    private let keeper: LeaseKeeper<Store, C>
    private let log: Log
    private let changed: @Sendable (_ isLeading: Bool) -> Void

    /// - Parameter changed: for the metric `leader_election_master_status`.
    package init(
        _ keeper: LeaseKeeper<Store, C>,
        log: Log,
        changed: @escaping @Sendable (_ isLeading: Bool) -> Void
    ) {
        self.keeper = keeper
        self.log = log
        self.changed = changed
    }

    /// Runs until `stop` opens and `work` has ended, or until the task is cancelled.
    ///
    /// - Parameter work: returns soon after `stop` opens. When the lease is lost its task is cancelled, without grace.
    ///   It is called anew for each term.
    package func run(
        until stop: Latch,
        _ work: @escaping @Sendable (Term<C>) async throws -> Void
    ) async throws {
        while !stop.isOpen {
            do {
                try await term(until: stop, work)
            } catch is LostLease {
                log.warning("Lost the lease")  // and now as anybody else again
            }
        }
    }

    private func term(until stop: Latch, _ work: @escaping @Sendable (Term<C>) async throws -> Void) async throws {
        let started = Latch()
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask {
                defer { changed(false) }
                try await keeper.lead { term in
                    started.open()
                    changed(true)
                    log.info("Acquired the lease", ["epoch": "\(term.epoch)"])
                    try await work(term)
                    log.info("Ended the term", ["epoch": "\(term.epoch)"])
                }
                return .ended
            }
            group.addTask {
                try await stop.wait()
                return .stopped
            }
            defer { group.cancelAll() }
            do {
                // Once it works, it stops by itself; while it only waits for the lease, it has to be told.
                while try await group.next() == .stopped {
                    if !started.isOpen { group.cancelAll() }
                }
            } catch is CancellationError where stop.isOpen && !started.isOpen && !Task.isCancelled {
                return
            }
        }
    }
}
