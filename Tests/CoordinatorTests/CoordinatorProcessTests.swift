// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// `kittiwake coordinator` as a process.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CoordinatorProcessTests {
    static let leaseName = "iceberg-coordinator-leader"

    static func start(
        _ name: String,
        _ kubeconfig: String,
        namespace: String,
        lease: (duration: Int, renewDeadline: Int)
    ) throws -> RunningExecutable {
        try RunningExecutable(
            Executable(
                [Executable.built("kittiwake"), "coordinator", "--kubeconfig", kubeconfig],
                environment: [
                    "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "CONNECT_GROUP_ID": "job", "CONTROL_TOPIC": "control",
                    "CATALOG_NAME": "iceberg", "HEALTH_CHECK_PORT": "0", "LEADER_ELECTION_ENABLED": "true",
                    "KUBERNETES_NAMESPACE": namespace, "POD_NAME": name,
                    "LEASE_DURATION_SECONDS": "\(lease.duration)",
                    "LEASE_RENEW_DEADLINE_SECONDS": "\(lease.renewDeadline)", "LEASE_RETRY_PERIOD_SECONDS": "1",
                ]
            ),
            joinsErrors: true
        )
    }

    static func holder(_ client: KubernetesClient, _ namespace: String) async throws -> String? {
        try await client.get(Lease.self, ObjectKey(namespace: namespace, name: leaseName))?.holder
    }

    /// The lease is good for an hour: nobody takes it over in this test's time that was not given back.
    @Test(.rows(99, 101, 330), arguments: [SIGTERM, SIGINT])
    func aLeaderThatIsAskedToStopGivesTheLeaseBackAndTheOtherLeads(signal: Int32) async throws {
        let cluster = try await LightCluster.shared()
        let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
        let client = KubernetesClient(access)
        let namespace = try await AnyServer.namespace(client)
        let first = try Self.start("a", cluster.kubeconfig, namespace: namespace, lease: (3600, 1800))
        defer { first.kill() }
        _ = try first.lines()
        _ = try await eventually { try await Self.holder(client, namespace) == "a" ? true : nil }
        let second = try Self.start("b", cluster.kubeconfig, namespace: namespace, lease: (3600, 1800))
        defer { second.kill() }
        let said = try second.lines()
        _ = try await eventually { said.all.first { $0.contains("Started listening") } }

        first.signal(signal)
        try await first.ended.wait()
        #expect(first.status == 0)
        _ = try await eventually { try await Self.holder(client, namespace) == "b" ? true : nil }
        _ = try await eventually { said.all.first { $0.contains("Acquired the lease") } }

        second.signal(signal)
        try await second.ended.wait()
        #expect(second.status == 0)
        #expect(try await Self.holder(client, namespace) == "", "\(said.all)")
    }

    /// No cancellation reaches a thread in a file system that hangs, and a pipe that nobody writes hangs like one.
    @Test func workThatDoesNotEndAfterALostLeaseEndsTheProcess() async throws {
        let folder = try TemporaryFolder()
        let token = try folder.write("coordinators-own", to: "token")
        try await withAPIServer { server, access in
            server.accept(tokens: ["coordinators-own", "tests-own"])
            var own = access
            own.token = .text(Secret("tests-own"))
            let client = KubernetesClient(own)
            let kubeconfig = try folder.write(
                """
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "\(access.server)"}}]
                users: [{name: u, user: {tokenFile: "\(token)"}}]
                """,
                to: "kubeconfig"
            )
            // Longer than a busy machine may hold up a renewal: the lease is to be lost for one reason only.
            let process = try Self.start("a", kubeconfig, namespace: "default", lease: (15, 10))
            defer { process.kill() }
            let said = try process.lines()
            _ = try await eventually { said.all.first { $0.contains("Acquired the lease") } }

            let pipe = folder.path("pipe")
            try #require(mkfifo(pipe, 0o600) == 0 && rename(pipe, token) == 0)
            server.accept(tokens: ["tests-own"])
            try await process.ended.wait()
            #expect(process.status == 3)
            _ = try await eventually { said.all.first { $0.contains("the work had not ended") } }
            #expect(try await Self.holder(client, "default") == "a", "nothing is cleaned up")
        }
    }
}
