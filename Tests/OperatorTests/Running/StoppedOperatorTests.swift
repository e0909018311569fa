// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc
import HTTPServer
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// Operators that are asked to stop: real processes, a real API server.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StoppedOperatorTests {
    static let leaseName = "iceberg-connect-operator-leader"

    /// Runs `body` beside two operators that compete for a lease.
    static func withTwo(_ body: (Shop, [String: OperatorProcess]) async throws -> Void) async throws {
        try await OperatorOnAServerTests.withShop { shop in
            func run(_ name: String, _ body: (OperatorProcess) async throws -> Void) async throws {
                let settings = [
                    "LEADER_ELECTION_ENABLED": "true", "OPERATOR_NAMESPACE": shop.namespace, "POD_NAME": name,
                    // Nobody takes over in a test's time what was not given back.
                    "LEASE_DURATION_SECONDS": "3600", "LEASE_RENEW_DEADLINE_SECONDS": "1800",
                ]
                try await OperatorProcess.run(
                    shop.cluster.kubeconfig,
                    namespace: shop.namespace,
                    settings,
                    isHeard: true,
                    body
                )
            }
            try await run("a") { first in
                try await run("b") { second in try await body(shop, ["a": first, "b": second]) }
            }
        }
    }

    @Test(.rows(101, 189, 330), arguments: [SIGTERM, SIGINT])
    func aLeaderThatIsAskedToStopGivesTheLeaseBackAndTheOtherLeads(signal: Int32) async throws {
        try await Self.withTwo { shop, processes in
            for process in processes.values { _ = try await process.said("Listed all kinds") }
            let key = ObjectKey(namespace: shop.namespace, name: Self.leaseName)
            let lease = try await eventually { try await shop.client.get(Lease.self, key) }
            let leader = try #require(lease.holder)
            let other = leader == "a" ? "b" : "a"
            let version = try #require(lease.metadata.resourceVersion)
            let scope = ListScope(namespace: shop.namespace)
            var changes = try await shop.client.watch(Lease.self, scope, from: version)

            processes[leader]?.signal(signal)
            try await processes[leader]?.ended.wait()
            #expect(processes[leader]?.status == 0)

            // A lease that nobody gave back goes from one holder to the next.
            var holders = [leader]
            while holders.last != other, let change = try await changes.next() {
                guard case .changed(let object) = change, let holder = object.value?.holder else { continue }
                if holder != holders.last { holders.append(holder) }
            }
            #expect(holders == [leader, "", other])

            try await shop.create("orders")
            try await shop.isDeployed("orders")
            #expect(processes[other]?.status == nil)
        }
    }

    /// It waits for the key in hand; the second signal does not.
    @Test func aSecondSignalEndsItAtOnce() async throws {
        try await OperatorOnAServerTests.withShop { shop in
            let access = try await ClusterAccess.search(kubeconfig: shop.cluster.kubeconfig, environment: { _ in nil })
            let proxy = try APIProxy(access) { _, _, _ in }
            let (isInHand, never) = (Latch(), Latch())
            try await withServer { request in
                if request.method == "PATCH" {
                    isInHand.open()
                    try? await never.wait()  // or the server ends
                }
                return await proxy.handle(request)
            } _: { host in
                let folder = try TemporaryFolder()
                let kubeconfig = try folder.write(World.kubeconfig("http://\(host)"), to: "kubeconfig")
                try await OperatorProcess.run(kubeconfig, namespace: shop.namespace, isHeard: true) { process in
                    try await shop.create("orders")
                    try await isInHand.wait()
                    #expect(try await process.get("/readyz").status == 200)
                    process.signal(SIGTERM)
                    _ = try await eventually {
                        let answer = try await process.get("/readyz")
                        return answer.status == 503 && answer.text.contains("The operator is stopping") ? true : nil
                    }
                    #expect(process.status == nil)
                    process.signal(SIGTERM)
                    try await process.ended.wait()
                    #expect(process.status == 1)
                    // If it had ended by itself, after its 25 seconds, it would say something else.
                    _ = try await process.said("Stopped at once by a second signal")
                }
            }
        }
    }
}
