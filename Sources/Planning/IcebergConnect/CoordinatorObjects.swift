// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesModel
internal import Resources

/// The objects of a commit coordinator (`original-systems.md` 000.2).
struct CoordinatorObjects {
    var spec: IcebergConnectSpec
    var names: IcebergConnectNames
    var configuration: CoordinatorConfiguration
    /// The text of `.dockerconfigjson`, if the registry wants a login.
    var registryLogin: Secret?

    private var annotations: StringMap { names.rawNames }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: names.coordinatorNamespace, name: name) }

    /// All but the Deployment, in the order of applying.
    var supporting: [DesiredObject] {
        [configurationSecret, copiedPullSecret, configMap, service, lease, serviceAccount, role, roleBinding]
            .compactMap { $0 }
    }

    private func object(_ kind: ResourceKind, _ name: String, _ content: JSON) -> DesiredObject {
        DesiredObject(
            kind: kind,
            key: key(name),
            labels: names.coordinatorLabels,
            annotations: annotations,
            content: content
        )
    }

    // MARK: Configuration

    private var credentials: [CoordinatorConfiguration.Entry] { configuration.entries.filter(\.isCredential) }

    private var configurationSecret: DesiredObject? {
        guard !credentials.isEmpty else { return nil }
        return .secret(
            key(names.coordinatorConfig),
            labels: names.coordinatorLabels,
            annotations: annotations,
            data: credentials.map { ($0.key, $0.value) }
        )
    }

    private var configMap: DesiredObject {
        let shown = configuration.entries.compactMap { entry in entry.shown.map { (entry.key, $0) } }
        return .configMap(
            key(names.coordinatorConfig),
            labels: names.coordinatorLabels,
            annotations: annotations,
            data: StringMap(shown)
        )
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
        object(
            .service,
            names.coordinatorService,
            [
                "spec": [
                    "type": "ClusterIP",
                    "selector": names.coordinatorSelector.json,
                    "ports": [["name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"]],
                ]
            ]
        )
    }

    /// Only the object: what is in it belongs to the coordinators. Because it exists, they need no right to make Leases,
    /// which cannot be limited to a name.
    private var lease: DesiredObject { object(.lease, names.lease, [:]) }

    private var serviceAccount: DesiredObject { object(.serviceAccount, names.coordinator, [:]) }

    private var role: DesiredObject {
        object(
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
        object(
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

    // MARK: The registry's login for the kubelet

    private var pullSecretName: String? {
        guard let name = spec.images.coordinator.pushSecret else { return nil }
        return names.coordinatorNamespace == names.namespace ? name : names.coordinatorPullSecret
    }

    private var copiedPullSecret: DesiredObject? {
        guard let registryLogin, pullSecretName == names.coordinatorPullSecret else { return nil }
        return .secret(
            key(names.coordinatorPullSecret),
            type: "kubernetes.io/dockerconfigjson",
            labels: names.coordinatorLabels,
            annotations: annotations,
            data: [(".dockerconfigjson", registryLogin)]
        )
    }

    // MARK: Deployment

    /// - Parameter image: by digest, or as the user named it, or the operator's own.
    func deployment(image: String) -> DesiredObject {
        let labels = names.coordinatorLabels.merging(["component": "coordinator"])
        var deployment = object(
            .deployment,
            names.coordinator,
            [
                "spec": [
                    "replicas": .integer(Int64(spec.coordinator.replicas)),
                    "selector": ["matchLabels": names.coordinatorSelector.json],
                    "template": [
                        "metadata": [
                            "labels": labels.json,
                            "annotations": [ConfigurationHash.annotation: .string(hash)],
                        ],
                        "spec": podSpec(image: image),
                    ],
                ]
            ]
        )
        deployment.labels = labels
        return deployment
    }

    private func podSpec(image: String) -> JSON {
        [
            "serviceAccountName": .string(names.coordinator),
            "enableServiceLinks": false,
            "securityContext": PodParts.securityContext,
            "terminationGracePeriodSeconds": 30,
            "imagePullSecrets": PodParts.pullSecrets(pullSecretName),
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
