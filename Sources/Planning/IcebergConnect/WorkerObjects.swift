// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesModel
internal import Resources

/// The objects of a worker cluster (`original-systems.md` 000.2 and 002.2).
struct WorkerObjects {
    let spec: IcebergConnectSpec
    let names: IcebergConnectNames
    private let registryLogin: Secret?
    private let file: JavaProperties
    private let holdsCredentials: Bool

    /// - Parameters:
    ///   - jaas: the text of the JAAS configuration, from wherever it comes.
    ///   - registryLogin: the text of `.dockerconfigjson`, if the registry wants a login.
    init(spec: IcebergConnectSpec, names: IcebergConnectNames, jaas: Secret?, registryLogin: Secret?) {
        self.spec = spec
        self.names = names
        self.registryLogin = registryLogin
        file = WorkerFile.properties(of: spec.worker, groupID: names.groupID, jaas: jaas)
        holdsCredentials = file.holdsCredentials
    }

    private var annotations: StringMap { names.rawNames }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: names.workerNamespace, name: name) }

    /// All but the Deployment, in the order of applying.
    var supporting: [DesiredObject] {
        var objects: [DesiredObject] = []
        if holdsCredentials {
            let content = [(key: WorkerFile.name, value: Secret(file.text))]
            objects.append(
                .secret(key(names.workerConfig), labels: names.workerLabels, annotations: annotations, data: content)
            )
        }
        if let copiedPullSecret { objects.append(copiedPullSecret) }
        objects.append(
            .configMap(
                key(names.workerConfig),
                labels: names.workerLabels,
                annotations: annotations,
                data: [WorkerFile.name: file.masked.text]
            )
        )
        return objects + [service(names.service, isHeadless: false), service(names.headlessService, isHeadless: true)]
    }

    private func service(_ name: String, isHeadless: Bool) -> DesiredObject {
        DesiredObject(
            kind: .service,
            key: key(name),
            labels: names.workerLabels,
            annotations: annotations,
            content: [
                "spec": [
                    "type": isHeadless ? nil : "ClusterIP",
                    "clusterIP": isHeadless ? "None" : nil,
                    "selector": names.workerSelector.json,
                    "ports": [["name": "rest-api", "port": 8083, "targetPort": 8083, "protocol": "TCP"]],
                ]
            ]
        )
    }

    // MARK: The registry's login for the kubelet

    private var pullSecretName: String? {
        guard let name = spec.images.worker?.pushSecret else { return nil }
        return names.workerNamespace == names.namespace ? name : names.workerPullSecret
    }

    /// Pods can only name Secrets of their own namespace.
    private var copiedPullSecret: DesiredObject? {
        guard let registryLogin, pullSecretName == names.workerPullSecret else { return nil }
        return .secret(
            key(names.workerPullSecret),
            type: "kubernetes.io/dockerconfigjson",
            labels: names.workerLabels,
            annotations: annotations,
            data: [(".dockerconfigjson", registryLogin)]
        )
    }

    // MARK: Deployment

    /// - Parameter image: by digest, or as the user named it.
    func deployment(image: String) -> DesiredObject {
        DesiredObject(
            kind: .deployment,
            key: key(names.workers),
            labels: names.workerLabels.merging(["component": "worker"]),
            annotations: annotations,
            content: [
                "spec": [
                    "replicas": .integer(Int64(spec.worker.replicas)),
                    "selector": ["matchLabels": names.workerSelector.json],
                    "template": [
                        "metadata": [
                            "labels": names.workerLabels.merging(["component": "worker"]).json,
                            "annotations": [ConfigurationHash.annotation: .string(hash)],
                        ],
                        "spec": podSpec(image: image),
                    ],
                ]
            ]
        )
    }

    private var hash: String { ConfigurationHash.of(file.text) }

    private func podSpec(image: String) -> JSON {
        [
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "securityContext": PodParts.securityContext,
            "terminationGracePeriodSeconds": .integer(gracePeriod),
            "imagePullSecrets": PodParts.pullSecrets(pullSecretName),
            "containers": [container(image: image)],
            "volumes": [configurationVolume, PodParts.temporaryVolume],
        ]
    }

    private func container(image: String) -> JSON {
        [
            "name": "connect-worker",
            "image": .string(image),
            "command": ["java"],
            "args": .array(arguments.map { .string($0) }),
            "env": [PodParts.fieldVariable("POD_IP", "status.podIP")],
            "ports": [PodParts.port("rest-api", 8083)],
            "startupProbe": Self.startupProbe,
            "livenessProbe": Self.probe(delay: 60, period: 30, timeout: 10, success: nil),
            "readinessProbe": Self.probe(delay: 30, period: 10, timeout: 5, success: 1),
            "resources": PodParts.resources(spec.worker.resources),
            "securityContext": PodParts.containerSecurityContext,
            "volumeMounts": [
                ["name": "connect-config", "mountPath": "/app/config", "readOnly": true],
                PodParts.temporaryMount,
            ],
        ]
    }

    private var arguments: [String] {
        let heap = HeapSize.half(of: spec.worker.resources.limits.memory)
        let options = spec.worker.jvmOptions.isEmpty ? ["-Xmx\(heap)", "-Xms\(heap)"] : spec.worker.jvmOptions
        return options + [
            "-cp", "/app/libs/*:/app/kafka-libs/*", "org.apache.kafka.connect.cli.ConnectDistributed",
            "/app/config/\(WorkerFile.name)",
        ]
    }

    /// Many plug-ins on few processors take Connect minutes; without this, the liveness probe would end each attempt
    /// after two.
    private static let startupProbe: JSON = [
        "httpGet": ["path": "/", "port": 8083],
        "periodSeconds": 5,
        "timeoutSeconds": 5,
        "failureThreshold": 120,
    ]

    private static func probe(delay: Int64, period: Int64, timeout: Int64, success: Int64?) -> JSON {
        [
            "httpGet": ["path": "/", "port": 8083],
            "initialDelaySeconds": .integer(delay),
            "periodSeconds": .integer(period),
            "timeoutSeconds": .integer(timeout),
            "successThreshold": success.map { .integer($0) },
            "failureThreshold": 3,
        ]
    }

    private var configurationVolume: JSON {
        let item: JSON = [["key": .string(WorkerFile.name), "path": .string(WorkerFile.name)]]
        let name = JSON.string(names.workerConfig)
        return holdsCredentials
            ? ["name": "connect-config", "secret": ["secretName": name, "defaultMode": 0o440, "items": item]]
            : ["name": "connect-config", "configMap": ["name": name, "items": item]]
    }

    /// In seconds. Stopping, a worker gives its tasks their time, then flushes offsets and leaves the group; 15 s more
    /// are for the rest. With the defaults this is Kubernetes' own default of 30 s.
    private var gracePeriod: Int64 {
        let limits = spec.worker.performance
        return (limits.taskShutdownTimeoutMs + limits.offsetFlushTimeoutMs + 999) / 1000 + 15
    }
}
