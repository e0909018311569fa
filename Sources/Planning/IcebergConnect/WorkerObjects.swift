// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import Resources

/// The objects of a worker cluster (`original-systems.md` 000.2 and 002.2).
struct WorkerObjects {
    let spec: IcebergConnectSpec
    let names: IcebergConnectNames
    private let frame: RoleFrame
    private let file: JavaProperties
    private let holdsCredentials: Bool

    /// - Parameters:
    ///   - jaas: the text of the JAAS configuration, from wherever it comes.
    ///   - registryLogin: the text of `.dockerconfigjson`, if the registry wants a login.
    init(spec: IcebergConnectSpec, names: IcebergConnectNames, jaas: Secret?, registryLogin: Secret?) {
        self.spec = spec
        self.names = names
        frame = RoleFrame(.worker, spec, names, registryLogin: registryLogin)
        file = WorkerFile.properties(of: spec.worker, groupID: names.groupID, jaas: jaas)
        holdsCredentials = file.holdsCredentials
    }

    /// All but the Deployment, in the order of applying.
    var supporting: [DesiredObject] {
        let whole = holdsCredentials ? frame.secret(names.workerConfig, [(WorkerFile.name, Secret(file.text))]) : nil
        let shown = frame.configMap(names.workerConfig, [WorkerFile.name: file.masked.text])
        let port: JSON = ["name": "rest-api", "port": 8083, "targetPort": 8083, "protocol": "TCP"]
        return [whole, frame.copiedPullSecret].compactMap { $0 } + [
            shown,
            frame.service(names.service, type: "ClusterIP", port: port),
            frame.service(names.headlessService, type: nil, clusterIP: "None", port: port),
        ]
    }

    // MARK: Deployment

    /// - Parameter image: by digest, or as the user named it.
    func deployment(image: String) -> DesiredObject {
        frame.deployment(
            names.workers,
            replicas: spec.worker.replicas,
            hash: ConfigurationHash.of(file.text),
            podSpec: podSpec(image: image)
        )
    }

    private func podSpec(image: String) -> JSON {
        [
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "securityContext": PodParts.securityContext,
            "terminationGracePeriodSeconds": .integer(gracePeriod),
            "imagePullSecrets": PodParts.pullSecrets(frame.pullSecretName),
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
