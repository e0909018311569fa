// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import KubernetesClient
package import KubernetesModel

/// The Lease object of an API server.
///
/// It is the one thing that is read, changed and written: with the version that was read, so that of two writers one
/// fails. Labels and annotations that others set stay. Needs the verbs get, create and patch.
package struct ClientLeaseStore: LeaseStore {
    private let client: KubernetesClient
    private let key: ObjectKey

    package init(_ client: KubernetesClient, _ key: ObjectKey) {
        self.client = client
        self.key = key
    }

    package func read() async throws -> StoredLease? {
        guard let lease = try await client.get(Lease.self, key) else { return nil }
        let record = LeaseRecord(
            holder: lease.holder,
            durationSeconds: lease.durationSeconds,
            transitions: lease.transitions,
            renewStamp: lease.renewTime ?? "",
            acquireStamp: lease.acquireTime ?? ""
        )
        return StoredLease(record: record, version: lease.metadata.resourceVersion ?? "")
    }

    package func write(_ record: LeaseRecord, over version: String?) async throws -> String {
        let spec: JSON = [
            "holderIdentity": .string(record.holder ?? ""),
            "leaseDurationSeconds": .integer(Int64(record.durationSeconds)),
            "leaseTransitions": .integer(Int64(record.transitions)),
            "renewTime": .string(record.renewStamp), "acquireTime": .string(record.acquireStamp),
        ]
        let written =
            if let version {
                try await client.merge(.lease, key, ["metadata": ["resourceVersion": .string(version)], "spec": spec])
            } else {
                try await client.create(
                    .lease,
                    namespace: key.namespace,
                    [
                        "apiVersion": .string(ResourceKind.lease.apiVersion), "kind": "Lease",
                        "metadata": ["name": .string(key.name)], "spec": spec,
                    ]
                )
            }
        return written.metadata.resourceVersion ?? ""
    }
}
