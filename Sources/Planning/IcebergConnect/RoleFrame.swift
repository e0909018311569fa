// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesModel
internal import Resources

/// What the objects of the workers and those of a coordinator have in common: where they are, what they bear, the
/// registry's login for the kubelet, and the Deployment around the pods.
struct RoleFrame {
    let namespace: String
    let labels: StringMap
    private let annotations: StringMap
    private let selector: StringMap
    /// Of the Deployment and its pods, beside those of all objects.
    private let component: StringMap
    /// The Secret that pods name: the user's own, or its copy, as pods can only name Secrets of their own namespace.
    let pullSecretName: String?
    /// `nil`: not needed.
    private let loginToCopy: Secret?

    /// - Parameter registryLogin: the text of `.dockerconfigjson`, if the registry wants a login.
    init(_ role: ImageRole, _ spec: IcebergConnectSpec, _ names: IcebergConnectNames, registryLogin: Secret?) {
        let given: String?
        let copy: String
        annotations = names.rawNames
        switch role {
        case .worker:
            namespace = names.workerNamespace
            labels = names.workerLabels
            selector = names.workerSelector
            component = ["component": "worker"]
            given = spec.images.worker?.pushSecret
            copy = names.workerPullSecret
        case .coordinator:
            namespace = names.coordinatorNamespace
            labels = names.coordinatorLabels
            selector = names.coordinatorSelector
            component = ["component": "coordinator"]
            given = spec.images.coordinator.pushSecret
            copy = names.coordinatorPullSecret
        }
        let isBeside = namespace == names.namespace
        pullSecretName = given.map { isBeside ? $0 : copy }
        loginToCopy = isBeside || given == nil ? nil : registryLogin
    }

    func object(_ kind: ResourceKind, _ name: String, _ content: JSON) -> DesiredObject {
        DesiredObject(kind: kind, key: key(name), labels: labels, annotations: annotations, content: content)
    }

    func configMap(_ name: String, _ data: StringMap) -> DesiredObject {
        object(.configMap, name, ["data": data.json])
    }

    /// - Parameter data: by key, in clear.
    func secret(_ name: String, type: String = "Opaque", _ data: [(key: String, value: Secret)]) -> DesiredObject {
        .secret(key(name), type: type, labels: labels, annotations: annotations, data: data)
    }

    func service(_ name: String, type: String?, clusterIP: String? = nil, port: JSON) -> DesiredObject {
        object(
            .service,
            name,
            [
                "spec": [
                    "type": type.map { .string($0) },
                    "clusterIP": clusterIP.map { .string($0) },
                    "selector": selector.json,
                    "ports": [port],
                ]
            ]
        )
    }

    /// The login of a registry, where pods cannot name the user's own Secret.
    var copiedPullSecret: DesiredObject? {
        guard let loginToCopy, let pullSecretName else { return nil }
        return secret(pullSecretName, type: "kubernetes.io/dockerconfigjson", [(".dockerconfigjson", loginToCopy)])
    }

    /// - Parameter hash: of the configuration: when it changes, the pods are replaced.
    func deployment(_ name: String, replicas: Int, hash: String, podSpec: JSON) -> DesiredObject {
        let labels = labels.merging(component)
        var deployment = object(
            .deployment,
            name,
            [
                "spec": [
                    "replicas": .integer(Int64(replicas)),
                    "selector": ["matchLabels": selector.json],
                    "template": [
                        "metadata": [
                            "labels": labels.json,
                            "annotations": [ConfigurationHash.annotation: .string(hash)],
                        ],
                        "spec": podSpec,
                    ],
                ]
            ]
        )
        deployment.labels = labels
        return deployment
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
