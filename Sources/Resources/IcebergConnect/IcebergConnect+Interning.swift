// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

extension IcebergConnect {
    /// What mostly has the same value in many resources: defaults, and what the operator itself writes.
    package mutating func intern(with interner: inout Interner) {
        metadata.intern(with: &interner)
        if case .success(var spec) = spec {
            spec.intern(with: &interner)
            self.spec = .success(spec)
        }
        status?.intern(with: &interner)
    }
}

extension IcebergConnectStatus {
    fileprivate mutating func intern(with interner: inout Interner) {
        message = interner(message)
        for index in conditions.indices {
            conditions[index].type = interner(conditions[index].type)
            conditions[index].reason = interner(conditions[index].reason)
            conditions[index].message = interner(conditions[index].message)
            conditions[index].lastTransitionTime = interner(conditions[index].lastTransitionTime)
        }
        if let image = workerStatus?.image { workerStatus?.image = interner(image) }
        if let image = coordinatorStatus?.image { coordinatorStatus?.image = interner(image) }
        for index in connect?.plugins.indices ?? 0..<0 {
            guard var plugin = connect?.plugins[index] else { continue }
            plugin.className = interner(plugin.className)
            plugin.version = plugin.version.map { interner($0) }
            connect?.plugins[index] = plugin
        }
    }
}

extension IcebergConnectSpec {
    fileprivate mutating func intern(with interner: inout Interner) {
        worker.kafka.pluginPath = interner(worker.kafka.pluginPath)
        worker.kafka.bootstrapServers = worker.kafka.bootstrapServers.map { interner($0) }
        coordinator.kafka.bootstrapServers = coordinator.kafka.bootstrapServers.map { interner($0) }
        worker.storage.offsetTopic = interner(worker.storage.offsetTopic)
        worker.storage.configTopic = interner(worker.storage.configTopic)
        worker.storage.statusTopic = interner(worker.storage.statusTopic)
        worker.config = interner(worker.config)
        worker.jvmOptions = worker.jvmOptions.map { interner($0) }
        coordinator.job.catalogProperties = interner(coordinator.job.catalogProperties)
    }
}
