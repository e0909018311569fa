// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// The kinds that the plan of an `IcebergConnect` makes, in the order in which they are applied.
package enum ObjectKind {
    package static let secret = core("Secret", "secrets")
    package static let configMap = core("ConfigMap", "configmaps")
    package static let service = core("Service", "services")
    package static let lease = ResourceKind(
        group: "coordination.k8s.io",
        version: "v1",
        kind: "Lease",
        plural: "leases"
    )
    package static let serviceAccount = core("ServiceAccount", "serviceaccounts")
    package static let role = access("Role", "roles")
    package static let roleBinding = access("RoleBinding", "rolebindings")
    package static let deployment = ResourceKind(
        group: "apps",
        version: "v1",
        kind: "Deployment",
        plural: "deployments"
    )

    /// All of them, in the order of applying.
    package static let all = [
        secret, configMap, service, lease, serviceAccount, role, roleBinding, deployment,
    ]

    private static func core(_ kind: String, _ plural: String) -> ResourceKind {
        ResourceKind(group: "", version: "v1", kind: kind, plural: plural)
    }

    private static func access(_ kind: String, _ plural: String) -> ResourceKind {
        ResourceKind(group: "rbac.authorization.k8s.io", version: "v1", kind: kind, plural: plural)
    }
}
