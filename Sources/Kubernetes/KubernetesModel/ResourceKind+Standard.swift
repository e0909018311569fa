// SPDX-License-Identifier: Apache-2.0

extension ResourceKind {
    package static let configMap = core("ConfigMap", "configmaps")
    package static let secret = core("Secret", "secrets")
    package static let service = core("Service", "services")
    package static let serviceAccount = core("ServiceAccount", "serviceaccounts")

    package static let deployment = grouped("apps", "Deployment", "deployments")
    package static let event = grouped("events.k8s.io", "Event", "events")
    package static let lease = grouped("coordination.k8s.io", "Lease", "leases")
    package static let role = grouped("rbac.authorization.k8s.io", "Role", "roles")
    package static let roleBinding = grouped("rbac.authorization.k8s.io", "RoleBinding", "rolebindings")

    private static func core(_ kind: String, _ plural: String) -> ResourceKind {
        ResourceKind(group: "", version: "v1", kind: kind, plural: plural)
    }

    private static func grouped(_ group: String, _ kind: String, _ plural: String) -> ResourceKind {
        ResourceKind(group: group, version: "v1", kind: kind, plural: plural)
    }
}
