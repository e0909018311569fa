// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Glibc
internal import HTTPServer
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
        try await runStages([http, leadership], until: shutdown, grace: .seconds(25), clock: ContinuousClock())
    }

    private var http: Stage {
        var configuration = HTTPServer.Configuration()
        configuration.port = settings.port
        configuration.connectionLimit = 128
        configuration.connectionsOfOnePeer = 32
        let server = HTTPServer(configuration) { [report, metrics] request in
            report.withLock { $0 }.answer(request, metrics: metrics.text())
        }
        return Stage("http") { [log] ready, stop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.run { port in
                        log.info("Listens", ["port": "\(port)"])
                        ready.open()
                    }
                }
                group.addTask { try await stop.wait() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private var leadership: Stage {
        let leads = metrics.gauge(
            "leader_election_master_status",
            "1 while this process is the leader, otherwise 0.",
            ["name": settings.election?.leaseName ?? settings.jobID]
        )
        guard let election = settings.election, let client else {
            return Stage("work") { [report, settings] ready, stop in
                report.withLock { report in
                    report.isRunning = true
                    report.isLeader = true
                    report.leader = settings.jobID
                }
                leads.set(1)
                ready.open()
                try await stop.wait()
            }
        }
        let store = ObservedLeaseStore(
            ClientLeaseStore(client, ObjectKey(namespace: election.namespace, name: election.leaseName)),
            report
        )
        let keeper = LeaseKeeper(
            store,
            identity: election.identity,
            clock: ContinuousClock(),
            stamp: { "\(SystemTime.now)" },
            report: { [log, report] error in
                // Somebody else was faster: that is what elections are like.
                if let error = error as? KubernetesError, error.code == .conflict { return }
                log.warning("Failed to reach the lease", ["error": "\(error)"])
                report.withLock { $0.leaseProblem = "\(error)" }
            },
            overrun: { [log] in
                log.error("The work did not end after the lease was lost: ending the process")
                exit(3)
            }
        )
        let leadership = Leadership(keeper, log: log) { [report] isLeading in
            report.withLock { $0.isLeader = isLeading }
            leads.set(isLeading ? 1 : 0)
        }
        return Stage("leadership") { [report] ready, stop in
            report.withLock { $0.isRunning = true }
            ready.open()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await leadership.run(until: stop) { _ in try await stop.wait() } }
                group.addTask {
                    try await stop.wait()
                    report.withLock { $0.isRunning = false }
                }
                try await group.waitForAll()
            }
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
