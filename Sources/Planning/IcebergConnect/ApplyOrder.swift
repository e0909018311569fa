// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// The kinds of objects that an `IcebergConnect` leads to.
package enum ApplyOrder {
    /// In the order of applying: what a pod needs comes before the pod.
    package static let kinds: [ResourceKind] = [
        .secret, .configMap, .service, .lease, .serviceAccount, .role, .roleBinding, .deployment,
    ]

    /// The other way round; but a Lease, which is in no cache, before the ServiceAccount that leads to it.
    static let deletion: [ResourceKind] = [
        .deployment, .lease, .roleBinding, .role, .serviceAccount, .service, .configMap, .secret,
    ]
}
