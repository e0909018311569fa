// SPDX-License-Identifier: Apache-2.0

/// The worker properties that `worker.config` may not hold.
package enum WorkerProperties {
    /// In the order of the file. Each has a field of its own, or has to be what the operator's objects need.
    package static let reserved = [
        "bootstrap.servers", "group.id",
        "offset.storage.topic", "offset.storage.replication.factor", "offset.storage.partitions",
        "config.storage.topic", "config.storage.replication.factor",
        "status.storage.topic", "status.storage.replication.factor", "status.storage.partitions",
        "plugin.path",
        "rest.port", "rest.advertised.port", "rest.advertised.host.name", "rest.host.name", "listeners",
        "security.protocol", "sasl.mechanism", "sasl.jaas.config",
        "offset.flush.interval.ms", "offset.flush.timeout.ms", "task.shutdown.graceful.timeout.ms",
    ]

    /// The names in a value of `config.providers`.
    package static func providers(in text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }.filter { !$0.isEmpty }
    }
}
