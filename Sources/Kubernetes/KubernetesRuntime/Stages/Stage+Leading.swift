// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Glibc
internal import KubernetesClient
internal import KubernetesModel

extension Stage {
    package typealias Work = @Sendable (_ stop: Latch, _ isHeld: @escaping @Sendable () -> Bool) async throws -> Void

    /// Campaigns for a lease, and works while it is held; over and over. Where the work does not end after the lease was
    /// lost, the process does, with ``Basics/ExitCode/leaseLost``.
    ///
    /// - Parameters:
    ///   - name: of the lease, for the metric.
    ///   - identity: of this process and no other.
    ///   - changed: told when leading begins and ends.
    ///   - failed: told why the lease could not be reached.
    ///   - work: returns soon after `stop` opens. When the lease is lost its task is cancelled, without grace; `isHeld`
    ///     says so at once, even if the process was suspended until now.
    package static func leading(
        _ store: some LeaseStore,
        name: String,
        identity: String,
        timings: LeaseTimings = LeaseTimings(),
        metrics: Metrics,
        log: Log,
        changed: @escaping @Sendable (_ isLeading: Bool) -> Void = { _ in },
        failed: @escaping @Sendable (any Error) -> Void = { _ in },
        work: @escaping Work
    ) -> Stage {
        let leads = metrics.leads(name)
        let keeper = LeaseKeeper(
            store,
            identity: identity,
            clock: ContinuousClock(),
            timings: timings,
            stamp: { "\(MicroTime.now)" },
            report: { error in
                // Somebody else was faster: that is what elections are like.
                if let error = error as? KubernetesError, error.code == .conflict { return }
                log.warning("Failed to reach the lease", ["error": "\(error)"])
                failed(error)
            },
            overrun: {
                log.error("Ended the process: the lease was lost and the work had not ended")
                exit(ExitCode.leaseLost.rawValue)
            }
        )
        let leadership = Leadership(keeper, log: log) { isLeading in
            changed(isLeading)
            leads.set(isLeading ? 1 : 0)
        }
        return Stage("leadership") { ready, stop in
            ready.open()
            try await leadership.run(until: stop) { term in try await work(stop) { term.isHeld } }
        }
    }

    /// Works without an election, as the only process there is.
    ///
    /// - Parameter name: of the lease that there would be, for the metric.
    package static func unelected(_ name: String, metrics: Metrics, work: @escaping Work) -> Stage {
        let leads = metrics.leads(name)
        return Stage("work") { ready, stop in
            ready.open()
            leads.set(1)
            try await work(stop) { true }
        }
    }
}

extension Metrics {
    fileprivate func leads(_ name: String) -> Gauge {
        gauge("leader_election_master_status", "1 while this process is the leader, otherwise 0.", ["name": name])
    }
}
