// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesModel
import Resources
import TestServers
import TestSupport
import Testing

@testable import Operator

/// What a resource shows from the operator's first write on, however it begins.
@Suite(.timeLimit(.minutes(5)))
struct FirstStatusTests {
    /// What is written to `status` of the resource `orders`, in order.
    let written = Recorder<JSON>()
    let api = APIServer()
    let key = ObjectKey(namespace: "default", name: "orders")

    /// Lets an operator lead until `body` has seen enough.
    func lead(_ body: @escaping @Sendable (LeaderRig) async throws -> Void) async throws {
        try await withServer { [written, api] request in
            if request.method == "PATCH", request.path.hasSuffix("/icebergconnects/orders/status"),
                let body = try? JSONDocument(parsing: request.body).decode(JSON.self), let status = body["status"]
            {
                written.record(status)
            }
            return await api.handle(request)
        } _: { host in
            let access = ClusterAccess(server: "http://\(host.replacing("localhost", with: "127.0.0.1"))")
            let rig = LeaderRig(client: KubernetesClient(access))
            try await rig.lead { try await body(rig) }
        }
    }

    /// The first status, and what tools make of it. All that have been written by then have all conditions.
    func first() async throws -> (status: IcebergConnectStatus, kstatus: Kstatus) {
        await written.wait(for: 1)
        for json in written.all {
            var types: [String] = []
            guard case .array(let conditions)? = json["conditions"] else { continue }
            for condition in conditions {
                guard case .string(let type)? = condition["type"], case .string(let value)? = condition["status"]
                else { continue }
                #expect(["True", "False", "Unknown"].contains(value), "\(type)")
                if type != "ReconciliationPaused" { types.append(type) }
            }
            #expect(types == IcebergConnectCondition.allCases.map(\.rawValue).sorted())
        }
        let json = try #require(written.all.first)
        let status = try JSONDocument(parsing: json.jsonBytes).decode(IcebergConnectStatus.self)
        var metadata = ObjectMeta(name: "orders")
        metadata.generation = 1
        return (status, Kstatus(of: IcebergConnect(metadata: metadata, spec: IcebergConnect.read([:]), status: status)))
    }

    func statuses(_ status: IcebergConnectStatus) -> [IcebergConnectCondition: Condition.Status] {
        let types: [IcebergConnectCondition] = [
            .ready, .degraded, .configValid, .clusterReachable, .secretsResolved,
        ]
        return Dictionary(uniqueKeysWithValues: types.map { ($0, status.conditions[$0.rawValue]?.status ?? .unknown) })
    }

    @Test(.rows(201, 203, 205, 207)) func anOrdinaryResourceHasEveryConditionAtOnce() async throws {
        try await lead { rig in
            try await rig.create("orders")
            let (status, kstatus) = try await first()
            #expect(status.phase == .pending)
            #expect(
                statuses(status) == [
                    .ready: .unknown, .degraded: .false, .configValid: .true, .clusterReachable: .unknown,
                    .secretsResolved: .true,
                ]
            )
            #expect(kstatus == .inProgress)
        }
    }

    @Test(.rows(201, 203, 205, 207)) func anInvalidResourceSaysWhatIsNotKnown() async throws {
        try await lead { rig in
            try await rig.create("orders") { $0["spec"]?["worker"]?["config"] = ["group.id": "x"] }
            let (status, kstatus) = try await first()
            #expect(status.phase == .failed)
            #expect(
                statuses(status) == [
                    .ready: .false, .degraded: .unknown, .configValid: .false, .clusterReachable: .unknown,
                    .secretsResolved: .unknown,
                ]
            )
            #expect(kstatus == .failed)
        }
    }

    @Test(.rows(201, 203, 205, 207)) func aResourceThatIsPausedFromTheStartKnowsNothing() async throws {
        try await lead { rig in
            try await rig.create("orders") {
                $0["metadata"]?["annotations"] = ["kafka.iceberg.apache.org/pause-reconciliation": "true"]
            }
            let (status, kstatus) = try await first()
            #expect(status.conditions["ReconciliationPaused"]?.status == .true)
            #expect(status.conditions["Ready"]?.reason == "Paused")
            #expect(Set(statuses(status).values) == [.unknown])
            #expect(kstatus == .inProgress)
        }
    }

    @Test(.rows(201, 203, 205, 207)) func aResourceWhoseFirstReconcileFailsSaysSo() async throws {
        api.inject(.status(403, reason: "Forbidden"), times: 1000) { request in
            request.path.hasSuffix("/secrets/kafka")
        }
        try await lead { rig in
            try await rig.create("orders") {
                $0["spec"]?["worker"]?["kafka"]?["saslJaasConfigFrom"] = ["name": "kafka", "key": "jaas"]
            }
            let (status, kstatus) = try await first()
            #expect(status.conditions["Ready"]?.reason == "Forbidden")
            #expect(
                statuses(status) == [
                    .ready: .false, .degraded: .unknown, .configValid: .unknown, .clusterReachable: .unknown,
                    .secretsResolved: .unknown,
                ]
            )
            #expect(kstatus == .inProgress)
        }
    }

    @Test(.rows(203, 207)) func aPauseTakesNothingFromWhatIsKnown() async throws {
        try await lead { rig in
            try await rig.create("orders")
            let known = try await eventually { () -> IcebergConnectStatus? in
                let status = try await rig.status("orders")
                return status?.phase == .deploying ? status : nil
            }
            let annotations: JSON = ["kafka.iceberg.apache.org/pause-reconciliation": "true"]
            _ = try await rig.client.merge(IcebergConnect.kind, key, ["metadata": ["annotations": annotations]])
            let paused = try await eventually { () -> IcebergConnect? in
                let resource = try await rig.client.get(IcebergConnect.self, key)
                return resource?.status?.conditions["ReconciliationPaused"] == nil ? nil : resource
            }
            for type in IcebergConnectCondition.allCases where type != .reconciling {
                #expect(
                    paused.status?.conditions[type.rawValue]?.status == known.conditions[type.rawValue]?.status,
                    "\(type)"
                )
            }
            #expect(Kstatus(of: paused) == .inProgress)
        }
    }
}
