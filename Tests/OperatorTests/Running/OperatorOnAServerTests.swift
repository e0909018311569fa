// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesModel
import Planning
import Resources
import TestServers
import TestSupport
import Testing

/// The operator as a process on a real API server, without pods.
@Suite(.timeLimit(.minutes(5)))
struct OperatorOnAServerTests {
    static func withShop(
        _ cluster: LightCluster? = nil,
        _ body: (Shop) async throws -> Void
    ) async throws {
        let shared = if let cluster { cluster } else { try await LightCluster.shared() }
        try await body(try await Shop(shared))
    }

    // MARK: Faults

    @Test(.rows(190)) func aServerThatRestartsLosesNoEventAndDoublesNoObject() async throws {
        let cluster = try await LightCluster.own()
        try await Self.withShop(cluster) { shop in
            try await shop.operate {
                for name in ["kept", "changed", "deleted"] { try await shop.create(name) }
                for name in ["kept", "changed", "deleted"] { try await shop.isDeployed(name) }
                let made = try await shop.objects()
                try await cluster.restartAPIServer()
                // Before the operator's watches are there again.
                try await shop.scale("changed", to: 4)
                _ = try await eventually {
                    try await shop.workers("changed-workers")?.replicas == 4 ? true : nil
                }
                try await cluster.restartAPIServer()
                try await shop.scale("changed", to: 5)
                try await shop.delete("deleted")
                try await shop.create("new")
                try await shop.isDeployed("new")
                try await shop.isDeployed("changed")
                _ = try await eventually { try await shop.resource("deleted") == nil ? true : nil }
                let expected =
                    made.filter { !$0.contains("deleted") }
                    + made.filter { $0.contains("kept") }.map { $0.replacing("kept", with: "new") }
                #expect(try await shop.objects() == expected.sorted())
                let kept = try await shop.workers("kept-workers")
                #expect(kept?.metadata.generation == 1, "nothing was changed twice")
            }
        }
    }

    @Test(.rows(19)) func whatWasDeletedWhileNobodyLookedIsCleanedUpLater() async throws {
        try await Self.withShop { shop in
            try await shop.operate {
                try await shop.create("orders")
                try await shop.create("other")
                try await shop.isDeployed("orders")
                try await shop.isDeployed("other")
            }
            let made = try await shop.objects()
            try await shop.delete("orders")
            #expect(try await shop.resource("orders") != nil, "the finalizer holds it")
            try await shop.operate {
                _ = try await eventually { try await shop.resource("orders") == nil ? true : nil }
            }
            #expect(try await shop.objects() == made.filter { !$0.contains("orders") })
        }
    }

    @Test(.rows(62, 63)) func whatIsDeletedOrChangedByHandIsPutRight() async throws {
        try await Self.withShop { shop in
            try await shop.operate {
                try await shop.create("orders")
                try await shop.isDeployed("orders")
                let first = try #require(try await shop.workers("orders-workers"))
                try await shop.client.delete(.deployment, first.key, uid: first.metadata.uid ?? "")
                _ = try await eventually { () -> Bool? in
                    guard let uid = try await shop.workers("orders-workers")?.metadata.uid else { return nil }
                    return uid != first.metadata.uid ? true : nil
                }
                let drift = """
                    {"metadata": {"labels": {"team": "a-user"}, "annotations": {"note": "of a user"}},
                    "spec": {"replicas": 7}}
                    """
                try await shop.kubectl("patch", "deployment", first.key.name, "--type=merge", "--patch=\(drift)")
                _ = try await eventually { try await shop.workers("orders-workers")?.replicas == 3 ? true : nil }
                let corrected = try await shop.workers("orders-workers")?.metadata
                #expect(corrected?.labels["team"] == "a-user")
                #expect(corrected?.annotations["note"] == "of a user")
            }
        }
    }

    // MARK: What it tells

    /// The names are those that dashboards for controller-runtime look for; the rest of the program made the figures.
    @Test(.rows(186, 335)) func aScrapeTellsWhatHasHappened() async throws {
        let cluster = try await LightCluster.own()
        try await Self.withShop(cluster) { shop in
            let settings = ["LEADER_ELECTION_ENABLED": "true", "OPERATOR_NAMESPACE": shop.namespace]
            try await OperatorProcess.run(
                cluster.kubeconfig,
                namespace: shop.namespace,
                settings,
                isHeard: true
            ) { process in
                try await shop.create("orders")
                try await shop.isDeployed("orders")
                // All its watches end, and begin again.
                try await cluster.restartAPIServer()
                let scrape = try await eventually {
                    let scrape = Scrape(try await process.get("/metrics").text)
                    return scrape["kittiwake_watch_restarts_total", [#"kind="Deployment""#]] == nil ? nil : scrape
                }
                let some = 1...1e6
                for (name, labels, range) in [
                    ("controller_runtime_reconcile_total", [#"result="success""#], some),
                    ("controller_runtime_reconcile_time_seconds_bucket", [#"le="+Inf""#], some),
                    ("controller_runtime_reconcile_time_seconds_sum", [], 1e-6...1e6),
                    ("controller_runtime_reconcile_errors_total", [], 0...100),
                    ("controller_runtime_max_concurrent_reconciles", [], 4...4),
                    ("controller_runtime_active_workers", [], 0...4),
                    ("workqueue_depth", [], 0...100),
                    ("workqueue_adds_total", [], some),
                    ("rest_client_requests_total", [#"code="200""#, #"method="GET""#], some),
                    ("rest_client_requests_total", [#"code="201""#, #"method="PATCH""#], some),
                    ("leader_election_master_status", [StoppedOperatorTests.leaseName], 1...1),
                    ("kittiwake_watch_restarts_total", [#"kind="Deployment""#], 1...100),
                    ("kittiwake_watch_age_seconds", [#"kind="IcebergConnect""#], 0...1e6),
                    ("kittiwake_cache_objects", [#"kind="IcebergConnect""#], 1...1),
                    ("kittiwake_events_dropped_total", [], 0...0),
                ] as [(String, [String], ClosedRange<Double>)] {
                    let value = try #require(scrape[name, labels], "\(name) \(labels)")
                    #expect(range.contains(value), "\(name) \(labels) is \(value)")
                }
                #expect(try await process.get("/healthz").status == 200)
            }
        }
    }

    // MARK: Several jobs

    @Test(.rows(60)) func aSecondJobGetsACoordinatorAndNoWorkers() async throws {
        try await Self.withShop { shop in
            try await shop.operate {
                try await shop.create("orders")
                try await shop.create("bills") { object in
                    object["spec"]?["coordinatorOnly"] = true
                    object["spec"]?["images"]?["worker"] = nil
                    object["spec"]?["worker"] = nil
                    object["spec"]?["coordinator"]?["kafka"] = ["bootstrapServers": "kafka:9092"]
                }
                for name in ["orders", "bills"] {
                    try await shop.isDeployed(name)
                    #expect(try await shop.condition(.accepted, of: name)?.status == .true)
                }
                let deployments = try await shop.objects().filter { $0.hasPrefix("deployment") }
                #expect(
                    deployments.map { $0.split(separator: "/").last } == [
                        "iceberg-job-manager-bills", "iceberg-job-manager-orders",
                        "kafka-connect-workers-orders-workers",
                    ]
                )
                let bills = try await shop.resource("bills")?.status
                #expect(bills?.workerStatus == nil && bills?.coordinatorStatus?.desired == 1)
            }
        }
    }

    // MARK: Objects elsewhere

    /// The objects are in another namespace, where only a label or an annotation can name their owner.
    @Test(
        .rows(20),
        arguments: ["orders", "orders.eu-west.example.com", String(repeating: "orders-of-europe.", count: 9) + "x"]
    )
    func anObjectElsewhereIsMissedWhateverItsOwnerIsCalled(name: String) async throws {
        try await Self.withShop { shop in
            let elsewhere = try await AnyServer.namespace(shop.client)
            try await shop.operate(in: "\(shop.namespace),\(elsewhere)") {
                try await shop.create(name) { $0["spec"]?["worker"]?["namespace"] = .string(elsewhere) }
                try await shop.isDeployed(name)
                let resource = try #require(try await shop.resource(name))
                let names = IcebergConnectNames(resource.metadata, try resource.spec.get())
                let key = ObjectKey(namespace: elsewhere, name: names.workers)
                let first = try #require(try await shop.client.get(Deployment.self, key))
                try await shop.client.delete(.deployment, key, uid: first.metadata.uid ?? "")
                _ = try await eventually { () -> Bool? in
                    guard let uid = try await shop.client.get(Deployment.self, key)?.metadata.uid else { return nil }
                    return uid != first.metadata.uid ? true : nil
                }
            }
        }
    }

    @Test func whatIsWhereNobodyLooksAnyMoreIsLeftAloneAndGoesWithTheResource() async throws {
        try await Self.withShop { shop in
            let elsewhere = try await AnyServer.namespace(shop.client)
            let workers = ObjectKey(namespace: elsewhere, name: "kafka-connect-workers-orders-workers")
            let configuration = ObjectKey(namespace: elsewhere, name: "kafka-connect-worker-config-orders-workers")
            try await shop.operate(in: "\(shop.namespace),\(elsewhere)") {
                try await shop.create("orders") { object in
                    object["spec"]?["worker"]?["namespace"] = .string(elsewhere)
                    object["spec"]?["worker"]?["kafka"] = [
                        "bootstrapServers": "kafka:9092", "securityProtocol": "SASL_SSL", "saslMechanism": "PLAIN",
                        "saslJaasConfig": "org.apache.kafka.common.security.plain.PlainLoginModule required;",
                    ]
                }
                try await shop.isDeployed("orders")
            }
            let made = try #require(try await shop.client.ownership(.deployment, workers)).metadata
            #expect(try await shop.client.ownership(.secret, configuration) != nil)
            try await shop.operate {
                let refused = try await eventually { () -> Condition? in
                    let accepted = try await shop.condition(.accepted, of: "orders")
                    return accepted?.status == .false ? accepted : nil
                }
                #expect(refused.reason == "NamespaceNotWatched")
                #expect(refused.message.contains("spec.worker.namespace is \(elsewhere)"))
                let left = try await shop.client.ownership(.deployment, workers)?.metadata
                #expect(left?.resourceVersion == made.resourceVersion)
                try await shop.delete("orders")
                _ = try await eventually { try await shop.resource("orders") == nil ? true : nil }
            }
            #expect(try await shop.client.ownership(.deployment, workers) == nil)
            #expect(try await shop.client.ownership(.secret, configuration) == nil)
        }
    }

    // MARK: Whose it is

    @Test(.rows(37, 72), arguments: [true, false])
    func theSecondIsRefusedAndTakesOverWhenTheFirstGoes(isCluster: Bool) async throws {
        try await Self.withShop { shop in
            try await shop.operate {
                try await shop.create("first")
                try await shop.isDeployed("first")
                try await shop.create("second") { object in
                    if isCluster {
                        object["spec"]?["worker"]?["clusterName"] = "first-workers"
                    } else {
                        object["spec"]?["coordinator"]?["job"]?["groupId"] = "first"
                    }
                }
                let refused = try await eventually { () -> Condition? in
                    let accepted = try await shop.condition(.accepted, of: "second")
                    return accepted?.status == .false ? accepted : nil
                }
                #expect(refused.reason == (isCluster ? "DuplicateCluster" : "DuplicateJob"))
                #expect(refused.message.contains("\(shop.namespace)/first"))
                #expect(try await shop.objects().allSatisfy { !$0.contains("second") })
                try await shop.delete("first")
                try await shop.isDeployed("second")
                #expect(try await shop.condition(.accepted, of: "second")?.status == .true)
                let workers = try await shop.workers(isCluster ? "first-workers" : "second-workers")
                #expect(workers?.metadata.controller?.name == "second")
                #expect(try await shop.objects().allSatisfy { isCluster || !$0.contains("first") })
            }
        }
    }

    @Test func aStrangersObjectIsLeftAloneAndTakenWhenItIsFree() async throws {
        try await Self.withShop { shop in
            let key = shop.key("kafka-connect-service-orders-workers")
            try await shop.kubectl("create", "service", "clusterip", key.name, "--tcp=80:80")
            let created = try #require(try await shop.client.ownership(.service, key)).metadata
            try await shop.operate {
                try await shop.create("orders")
                let conflict = try await eventually { () -> Condition? in
                    let conflict = try await shop.condition(.nameConflict, of: "orders")
                    return conflict?.status == .true ? conflict : nil
                }
                #expect(conflict.message.contains("Service \(key)"))
                let there = try await shop.client.ownership(.service, key)?.metadata
                #expect(there?.resourceVersion == created.resourceVersion)
                #expect(try await shop.workers("orders-workers") == nil, "no pod with a stranger's service")
                try await shop.client.delete(.service, key, uid: created.uid ?? "")
                // Nobody says that a stranger's object has gone: this is a reason to look.
                try await shop.scale("orders", to: 2)
                try await shop.isDeployed("orders")
                let ours = try await shop.client.ownership(.service, key)?.metadata
                #expect(ours?.controller?.name == "orders")
                #expect(try await shop.condition(.nameConflict, of: "orders")?.status == .false)
            }
        }
    }
}
