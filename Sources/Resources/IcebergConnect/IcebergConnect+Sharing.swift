// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension IcebergConnect {
    /// What mostly has the same value in many resources: defaults, and what the operator itself writes.
    package mutating func shareStrings(_ share: (String) -> String) {
        metadata.shareStrings(share)
        if case .success(var spec) = spec {
            spec.shareStrings(share)
            self.spec = .success(spec)
        }
        guard var status else { return }
        status.message = share(status.message)
        for index in status.conditions.indices {
            status.conditions[index].type = share(status.conditions[index].type)
            status.conditions[index].reason = share(status.conditions[index].reason)
            status.conditions[index].message = share(status.conditions[index].message)
            status.conditions[index].lastTransitionTime = share(status.conditions[index].lastTransitionTime)
        }
        self.status = status
    }
}

extension IcebergConnectSpec {
    fileprivate mutating func shareStrings(_ share: (String) -> String) {
        worker.kafka.pluginPath = share(worker.kafka.pluginPath)
        worker.kafka.bootstrapServers = worker.kafka.bootstrapServers.map(share)
        coordinator.kafka.bootstrapServers = coordinator.kafka.bootstrapServers.map(share)
        worker.config = worker.config.mapStrings(share)
        coordinator.job.catalogProperties = coordinator.job.catalogProperties.mapStrings(share)
    }
}

extension StringMap {
    fileprivate func mapStrings(_ share: (String) -> String) -> StringMap {
        StringMap(entries.map { (share($0.key), share($0.value)) })
    }
}
