// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesClient
internal import KubernetesModel
internal import KubernetesRuntime

/// The process of one Iceberg job's coordinator: takes part in the election and answers for itself.
///
/// It does not commit yet, and says so in its log, on `/status` and, through the operator, in a condition.
package struct Coordinator: Sendable {
    private let settings: CoordinatorSettings
    private let client: KubernetesClient?
    private let metrics: Metrics
    private let log: Log
    private let report: Locked<CoordinatorReport>

    /// - Parameter client: `nil` without an election.
    package init(_ settings: CoordinatorSettings, _ client: KubernetesClient?, metrics: Metrics, log: Log) {
        self.settings = settings
        self.client = client
        self.metrics = metrics
        self.log = log
        report = Locked(CoordinatorReport(jobID: settings.jobID, port: settings.port))
    }

    /// Runs until `shutdown` opens and the lease is given back, or fails.
    package func run(until shutdown: Latch) async throws {
        log.warning("Started without commits", ["reason": CoordinatorReport.notCommitting])
        let http = Stage.http(port: settings.port, log: log) { [report, metrics] request in
            report.withLock { $0 }.answer(request, metrics: metrics.text())
        }
        let stages = [http, leadership, running]
        try await runStages(stages, until: shutdown, grace: .seconds(25), clock: ContinuousClock())
    }

    private var leadership: Stage {
        guard let election = settings.election, let client else {
            return .unelected(settings.jobID, metrics: metrics) { [report, settings] stop, _ in
                report.withLock { report in
                    report.isLeader = true
                    report.leader = settings.jobID
                }
                try await stop.wait()
            }
        }
        let lease = ObjectKey(namespace: election.namespace, name: election.leaseName)
        return .leading(
            ObservedLeaseStore(ClientLeaseStore(client, lease), report),
            name: election.leaseName,
            identity: election.identity,
            timings: election.timings,
            metrics: metrics,
            log: log,
            changed: { [report] isLeading in report.withLock { $0.isLeader = isLeading } },
            failed: { [report] error in report.withLock { $0.leaseProblem = "\(error)" } },
            work: { stop, _ in try await stop.wait() }
        )
    }

    /// The last to start and the first to stop, so that a process that is asked to stop is not ready any more.
    private var running: Stage {
        Stage("running") { [report] ready, stop in
            report.withLock { $0.isRunning = true }
            ready.open()
            try await stop.wait()
            report.withLock { $0.isRunning = false }
        }
    }
}

/// Notes who holds the lease, for `/status`, and that it can be reached, for `/ready`.
private struct ObservedLeaseStore: LeaseStore {
    private let store: ClientLeaseStore
    private let report: Locked<CoordinatorReport>

    init(_ store: ClientLeaseStore, _ report: Locked<CoordinatorReport>) {
        self.store = store
        self.report = report
    }

    func read() async throws -> StoredLease? {
        let stored = try await store.read()
        reached(stored?.record)
        return stored
    }

    func write(_ record: LeaseRecord, over version: String?) async throws -> String {
        let version = try await store.write(record, over: version)
        reached(record)
        return version
    }

    private func reached(_ record: LeaseRecord?) {
        report.withLock { report in
            report.leader = record?.holder.flatMap { $0.isEmpty ? nil : $0 }
            report.leaseProblem = nil
        }
    }
}
