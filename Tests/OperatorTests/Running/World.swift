// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import HTTPServer
import JSON
import KubernetesClient
import KubernetesModel
import Resources
import TestServers
import TestStorage
import TestSupport

/// One resource in a namespace of its own on a real API server, with an object store and a registry of its own. All that
/// an operator does to them is seen.
struct World: Sendable {
    /// What passed, apart from the API server.
    struct Traffic: Sendable {
        /// Digests of blobs, as often as they were sent whole.
        var blobs: [String] = []
        /// `iceberg-kafka-connect-worker:worker-1`, as often as it was set.
        var tags: [String] = []
        /// Of `GET` requests for an archive: its name, and where the range begins.
        var reads: [String] = []
        /// Layers that this operator has asked for, by role.
        var layers: [String: Int] = [:]
    }

    let proxy: APIProxy
    let client: KubernetesClient
    let namespace: String
    let effects: Effects
    let traffic: Locked<Traffic>
    let registry: FakeRegistry
    /// Opens when everything is done that can be done without pods.
    let settled: Latch
    /// What differs from world to world, and what stands for it in ``objects()``.
    private let names: [(own: String, common: String)]
    /// Holds the kubeconfig.
    private let folder: TemporaryFolder
    private let kubeconfig: String
    private let settings: [String: String]

    static let resource = "orders"

    private static let layerSize = 200_000

    static let images: [String: ImageBuilder] = [
        "worker": image(seed: 10), "coordinator": image(seed: 20),
    ]

    /// The files in the store, by role; made once for all worlds.
    static let archives = Result { try images.mapValues { try $0.archive() } }

    private static func image(seed: UInt64) -> ImageBuilder {
        ImageBuilder((0..<4).map { ImageBuilder.noiseLayer(layerSize, seed: seed + $0) })
    }

    /// Runs `body` in a world with the resource and without an operator.
    static func run<Value: Sendable>(
        _ cluster: LightCluster,
        _ body: @escaping @Sendable (World) async throws -> Value
    ) async throws -> Value {
        let access = try await ClusterAccess.search(kubeconfig: cluster.kubeconfig, environment: { _ in nil })
        let effects = Effects()
        let traffic = Locked(Traffic())
        let registry = FakeRegistry()
        let store = FakeS3()
        for (role, archive) in try archives.get() { store.put("/images/\(role).tar", archive) }
        let settled = Latch()
        let remembered = images.mapValues { _ in Latch() }
        let proxy = try APIProxy(access) { request, status, body in
            guard request.method != "GET", status < 300 else { return }
            effects.happened("\(request.method) \(request.path)")
            if request.path.hasSuffix("/icebergconnects/\(resource)/status"),
                let status = try? JSONDocument(parsing: body).decode(IcebergConnect.self).status
            {
                if isSettled(status) { settled.open() }
                if status.transfers.worker != nil { remembered["worker"]?.open() }
                if status.transfers.coordinator != nil { remembered["coordinator"]?.open() }
            }
        }
        return try await withServer { request in
            await pace(request, traffic, remembered)
            let answer = store.handle(request)
            let start = request.header("range")?.split(separator: "=").last?.split(separator: "-").first
            traffic.withLock { $0.reads.append("\(request.path) \(start ?? "")") }
            effects.happened("\(request.method) \(request.path)")
            return answer
        } _: { storeHost in
            try await withServer { request in
                let answer = registry.handle(request)
                note(request, answer, in: traffic)
                if !["GET", "HEAD"].contains(request.method) { effects.happened("\(request.method) \(request.path)") }
                return answer
            } _: { registryHost in
                try await withServer(proxy.handle, configure: { $0.connectionLimit = 4096 }) { proxyHost in
                    let client = KubernetesClient(access)
                    let namespace = try await AnyServer.namespace(client)
                    let folder = try TemporaryFolder()
                    let world = World(
                        proxy: proxy,
                        client: client,
                        namespace: namespace,
                        effects: effects,
                        traffic: traffic,
                        registry: registry,
                        settled: settled,
                        names: [(namespace, "NAMESPACE"), (storeHost, "STORE")],
                        folder: folder,
                        kubeconfig: try folder.write(Self.kubeconfig("http://\(proxyHost)"), to: "kubeconfig"),
                        settings: ["REGISTRY_ENDPOINTS": "registry.example:5000=http://\(registryHost)"]
                    )
                    let manifest = Self.manifest(namespace, store: storeHost)
                    _ = try await client.create(IcebergConnect.kind, namespace: namespace, manifest)
                    return try await body(world)
                }
            }
        }
    }

    /// Lets an operator work while `body` waits for something.
    func operate<Value: Sendable>(_ body: (OperatorProcess) async throws -> Value) async throws -> Value {
        traffic.withLock { $0.layers = [:] }
        return try await OperatorProcess.run(kubeconfig, namespace: namespace, settings, body)
    }

    private static func isSettled(_ status: IcebergConnectStatus) -> Bool {
        status.phase == .deploying && status.workerStatus?.image != nil && status.coordinatorStatus?.image != nil
    }

    // MARK: Setting up

    static func kubeconfig(_ server: String) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: proxy
        contexts: [{name: proxy, context: {cluster: proxy, user: proxy}}]
        clusters: [{name: proxy, cluster: {server: "\(server)"}}]
        users: [{name: proxy, user: {token: proxy}}]
        """
    }

    private static func manifest(_ namespace: String, store: String) -> JSON {
        func image(_ role: String) -> JSON {
            ["s3Path": .string("\(role).tar"), "tag": .string("\(role)-1"), "registry": "registry.example:5000"]
        }
        return [
            "apiVersion": .string(IcebergConnect.kind.apiVersion), "kind": "IcebergConnect",
            "metadata": ["name": .string(resource), "namespace": .string(namespace)],
            "spec": [
                "s3Config": [
                    "region": "eu-west-1", "bucket": "images", "endpoint": .string("http://\(store)"),
                    "accessKeyId": "EXAMPLEKEY", "secretAccessKey": "example-secret",
                ],
                "images": ["worker": image("worker"), "coordinator": image("coordinator")],
                "worker": ["kafka": ["bootstrapServers": "kafka:9092"]],
                "coordinator": [
                    "job": [
                        // Jobs are claimed in the whole cluster.
                        "controlTopic": .string("control-\(namespace)"), "groupId": "job",
                        "catalogProperties": ["type": "hive", "uri": "thrift://hive:9083"],
                    ]
                ],
            ],
        ]
    }

    /// A real layer takes longer than the status that tells of the one before. Three of an image are read at once; the
    /// fourth waits until the operator has written down that it has one.
    private static func pace(
        _ request: ServerRequest,
        _ traffic: Locked<Traffic>,
        _ remembered: [String: Latch]
    ) async {
        let bounds = request.header("range")?.split(separator: "=").last?.split(separator: "-").compactMap { Int($0) }
        guard let bounds, bounds.count == 2, bounds[1] - bounds[0] > layerSize / 2 else { return }
        let role = request.path.contains("worker") ? "worker" : "coordinator"
        let count = traffic.withLock { traffic in
            traffic.layers[role, default: 0] += 1
            return traffic.layers[role] ?? 0
        }
        if count > 3 { try? await remembered[role]?.wait() }  // or the server ends
    }

    private static func note(_ request: ServerRequest, _ answer: ServerResponse, in traffic: Locked<Traffic>) {
        guard request.method == "PUT", answer.status == 201 else { return }
        let digest = answer.headers.first { $0.name == "Docker-Content-Digest" }?.value ?? ""
        let path = request.path.split(separator: "/").map(String.init)
        traffic.withLock { traffic in
            if path.contains("uploads") {
                traffic.blobs.append(digest)
            } else {
                traffic.tags.append("\(path[1]):\(path[path.count - 1])")
            }
        }
    }

    // MARK: Looking

    /// The status that is there.
    func status() async throws -> IcebergConnectStatus? {
        try await client.get(IcebergConnect.self, ObjectKey(namespace: namespace, name: Self.resource))?.status
    }

    /// Everything in the namespace, without what is different each time.
    func objects() async throws -> [String: String] {
        var found: [String: String] = [:]
        let lists = [
            "/api/v1/namespaces/\(namespace)/configmaps", "/api/v1/namespaces/\(namespace)/secrets",
            "/api/v1/namespaces/\(namespace)/services", "/api/v1/namespaces/\(namespace)/serviceaccounts",
            "/apis/apps/v1/namespaces/\(namespace)/deployments",
            "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/leases",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/\(namespace)/roles",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/\(namespace)/rolebindings",
            "/apis/\(IcebergConnect.kind.apiVersion)/namespaces/\(namespace)/icebergconnects",
        ]
        for list in lists {
            let answer: JSON = try JSONDocument(parsing: try await proxy.get(list)).decode()
            guard case .array(let items)? = answer["items"] else { continue }
            for item in items {
                var text = String(decoding: Self.timeless(item).sorted.jsonBytes, as: UTF8.self)
                for name in names { text = text.replacingOccurrences(of: name.own, with: name.common) }
                guard case .string(let name)? = item["metadata"]?["name"] else { continue }
                // What the coordinator is told names its namespace, so what is made of that differs too.
                if name.hasPrefix("iceberg-job-manager-") {
                    for mark in Self.marks(of: item) {
                        text = text.replacingOccurrences(of: mark, with: "MARK")
                    }
                }
                found["\(list.split(separator: "/").last ?? "") \(name)"] = text
            }
        }
        return found
    }

    private static func marks(of object: JSON) -> [String] {
        let own = object["metadata"]?["annotations"]?["kafka.iceberg.apache.org/applied-hash"]
        let pods = object["spec"]?["template"]?["metadata"]?["annotations"]?["kafka.iceberg.apache.org/config-hash"]
        return [own, pods].compactMap { if case .string(let mark)? = $0 { mark } else { nil } }
    }

    /// Without what the server decides anew each time: numbers, times, addresses.
    private static func timeless(_ value: JSON) -> JSON {
        switch value {
        case .object(let object):
            let passing: Set<String> = [
                "uid", "resourceVersion", "creationTimestamp", "managedFields", "lastTransitionTime", "clusterIP",
                "clusterIPs",
            ]
            return .object(
                JSONObject(
                    object.members.filter { !passing.contains($0.key) }.map { (key: $0.key, value: timeless($0.value)) }
                )
            )
        case .array(let elements): return .array(elements.map(timeless))
        default: return value
        }
    }
}
