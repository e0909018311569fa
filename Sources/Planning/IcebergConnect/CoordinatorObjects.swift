// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import Resources

/// The objects of a commit coordinator (`original-systems.md` 000.2).
struct CoordinatorObjects {
    private let spec: IcebergConnectSpec
    private let names: IcebergConnectNames
    private let configuration: CoordinatorConfiguration
    private let frame: RoleFrame

    /// - Parameter registryLogin: the text of `.dockerconfigjson`, if the registry wants a login.
    init(
        spec: IcebergConnectSpec,
        names: IcebergConnectNames,
        configuration: CoordinatorConfiguration,
        registryLogin: Secret?
    ) {
        self.spec = spec
        self.names = names
        self.configuration = configuration
        frame = RoleFrame(.coordinator, spec, names, registryLogin: registryLogin)
    }

    /// All but the Deployment, in the order of applying.
    var supporting: [DesiredObject] {
        [configurationSecret, frame.copiedPullSecret, configMap, service, lease, serviceAccount, role, roleBinding]
            .compactMap { $0 }
    }

    // MARK: Configuration

    private var credentials: [CoordinatorConfiguration.Entry] { configuration.entries.filter(\.isCredential) }

    private var configurationSecret: DesiredObject? {
        guard !credentials.isEmpty else { return nil }
        return frame.secret(names.coordinatorConfig, credentials.map { ($0.key, $0.value) })
    }

    private var configMap: DesiredObject {
        let shown = configuration.entries.compactMap { entry in entry.shown.map { (entry.key, $0) } }
        return frame.configMap(names.coordinatorConfig, StringMap(shown))
    }

    /// Each variable names its key, so that a key more in the ConfigMap reaches nothing.
    private var environment: [JSON] {
        let configured = configuration.entries.map { entry -> JSON in
            let reference: JSON = ["name": .string(names.coordinatorConfig), "key": .string(entry.key)]
            let source: JSON = entry.isCredential ? ["secretKeyRef": reference] : ["configMapKeyRef": reference]
            return ["name": .string(entry.variable), "valueFrom": source]
        }
        return configured + [
            PodParts.variable("LEADER_ELECTION_ENABLED", "true"),
            PodParts.variable("LEADER_ELECTION_LEASE_NAME", names.lease),
            PodParts.variable("HEALTH_CHECK_PORT", "8080"),
            PodParts.fieldVariable("KUBERNETES_NAMESPACE", "metadata.namespace"),
            PodParts.fieldVariable("POD_NAME", "metadata.name"),
        ]
    }

    private var hash: String {
        ConfigurationHash.of(
            configuration.entries.map { entry in entry.value.reveal { "\(entry.key)=\($0)" } }.joined(separator: "\n")
        )
    }

    // MARK: Service, Lease and rights

    private var service: DesiredObject {
        let port: JSON = ["name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"]
        return frame.service(names.coordinatorService, type: "ClusterIP", port: port)
    }

    /// Only the object: what is in it belongs to the coordinators. Because it exists, they need no right to make Leases,
    /// which cannot be limited to a name.
    private var lease: DesiredObject { frame.object(.lease, names.lease, [:]) }

    private var serviceAccount: DesiredObject { frame.object(.serviceAccount, names.coordinator, [:]) }

    private var role: DesiredObject {
        frame.object(
            .role,
            names.coordinator,
            [
                "rules": [
                    [
                        "apiGroups": ["coordination.k8s.io"],
                        "resources": ["leases"],
                        "resourceNames": [.string(names.lease)],
                        "verbs": ["get", "patch"],
                    ]
                ]
            ]
        )
    }

    private var roleBinding: DesiredObject {
        frame.object(
            .roleBinding,
            names.coordinator,
            [
                "roleRef": [
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(names.coordinator),
                ],
                "subjects": [
                    [
                        "kind": "ServiceAccount",
                        "name": .string(names.coordinator),
                        "namespace": .string(names.coordinatorNamespace),
                    ]
                ],
            ]
        )
    }

    // MARK: Deployment

    /// - Parameter image: by digest, or as the user named it, or the operator's own.
    func deployment(image: String) -> DesiredObject {
        frame.deployment(
            names.coordinator,
            replicas: spec.coordinator.replicas,
            hash: hash,
            podSpec: podSpec(image: image)
        )
    }

    private func podSpec(image: String) -> JSON {
        [
            "serviceAccountName": .string(names.coordinator),
            "enableServiceLinks": false,
            "securityContext": PodParts.securityContext,
            "terminationGracePeriodSeconds": 30,
            "imagePullSecrets": PodParts.pullSecrets(frame.pullSecretName),
            "containers": [
                [
                    "name": "job-manager",
                    "image": .string(image),
                    "command": ["kittiwake", "coordinator"],
                    "env": .array(environment),
                    "ports": [PodParts.port("http", 8080)],
                    "livenessProbe": Self.probe("/health", delay: 30, period: 10),
                    "readinessProbe": Self.probe("/ready", delay: 10, period: 5),
                    "resources": PodParts.resources(spec.coordinator.resources),
                    "securityContext": PodParts.containerSecurityContext,
                    "volumeMounts": [PodParts.temporaryMount],
                ]
            ],
            "volumes": [PodParts.temporaryVolume],
        ]
    }

    private static func probe(_ path: String, delay: Int64, period: Int64) -> JSON {
        [
            "httpGet": ["path": .string(path), "port": 8080],
            "initialDelaySeconds": .integer(delay),
            "periodSeconds": .integer(period),
        ]
    }
}
