// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// What a controller and its queue tell, under the names of controller-runtime, so that existing dashboards work (row
/// 335).
struct ControllerMetrics: Sendable {
    /// How a reconcile ended.
    enum Result: String, CaseIterable, Sendable {
        case success
        case requeueAfter = "requeue_after"
        case error
        /// Never counted: we have no requeue without a time.
        case requeue
    }

    private let metrics: Metrics
    private let name: String
    private let results: [Result: Metrics.Counter]
    private let errors: Metrics.Counter
    private let terminalErrors: Metrics.Counter
    private let timeouts: Metrics.Counter
    private let time: Metrics.Histogram
    private let adds: Metrics.Counter
    private let retries: Metrics.Counter
    private let waited: Metrics.Histogram
    private let worked: Metrics.Histogram

    init(_ metrics: Metrics, controller name: String, workers: Int) {
        self.metrics = metrics
        self.name = name
        let controller: Metrics.Labels = ["controller": name]
        let queue: Metrics.Labels = ["name": name, "controller": name]
        results = Dictionary(
            uniqueKeysWithValues: Result.allCases.map { result in
                let labels: Metrics.Labels = ["controller": name, "result": result.rawValue]
                return (result, metrics.counter("controller_runtime_reconcile_total", "Reconciles by result.", labels))
            }
        )
        let prefix = "controller_runtime_"
        errors = metrics.counter("\(prefix)reconcile_errors_total", "Reconciles that failed.", controller)
        terminalErrors = metrics.counter(
            "\(prefix)terminal_reconcile_errors_total",
            "Reconciles that failed and are not tried again.",
            controller
        )
        timeouts = metrics.counter(
            "\(prefix)reconcile_timeouts_total",
            "Reconciles that exceeded their deadline.",
            controller
        )
        // Always 0: a panic ends the process. Dashboards look for it.
        _ = metrics.counter("\(prefix)reconcile_panics_total", "Reconciles that panicked.", controller)
        time = metrics.histogram("\(prefix)reconcile_time_seconds", "Duration of reconciles.", controller)
        metrics.gauge("\(prefix)max_concurrent_reconciles", "Workers.", controller).set(Double(workers))
        adds = metrics.counter("workqueue_adds_total", "Keys added.", queue)
        retries = metrics.counter("workqueue_retries_total", "Retries of keys after a failure.", queue)
        waited = metrics.histogram("workqueue_queue_duration_seconds", "Time that keys wait for a worker.", queue)
        worked = metrics.histogram("workqueue_work_duration_seconds", "Time that workers spend on a key.", queue)
    }

    /// - Parameter failure: `nil` unless the result is an error.
    func reconciled(_ result: Result, in duration: Duration, failure: (isTerminal: Bool, isTimeout: Bool)? = nil) {
        results[result]?.add()
        time.observe(duration / .seconds(1))
        guard let failure else { return }
        errors.add()
        if failure.isTerminal { terminalErrors.add() }
        if failure.isTimeout { timeouts.add() }
    }

    func retried() { retries.add() }

    var queueEvents: QueueEvents {
        QueueEvents(
            added: { adds.add() },
            handedOut: { waited.observe($0 / .seconds(1)) },
            finished: { worked.observe($0 / .seconds(1)) }
        )
    }

    /// Sets the gauges from the state of the queue; called before a scrape.
    func set(_ queue: QueueSnapshot) {
        let labels: Metrics.Labels = ["name": name, "controller": name]
        for (priority, label) in [(Priority.urgent, "0"), (.background, "-100")] {
            let labels: Metrics.Labels = ["name": name, "controller": name, "priority": label]
            metrics.gauge("workqueue_depth", "Keys waiting for a worker.", labels).set(
                Double(queue.depth[priority] ?? 0)
            )
        }
        metrics.gauge("workqueue_unfinished_work_seconds", "Time spent so far on all keys in progress.", labels)
            .set(queue.inHand.reduce(.zero, +) / .seconds(1))
        metrics.gauge(
            "workqueue_longest_running_processor_seconds",
            "Time spent so far on the oldest key in progress.",
            labels
        )
        .set((queue.inHand.max() ?? .zero) / .seconds(1))
        metrics.gauge("controller_runtime_active_workers", "Active workers.", ["controller": name])
            .set(Double(queue.inHand.count))
    }
}
