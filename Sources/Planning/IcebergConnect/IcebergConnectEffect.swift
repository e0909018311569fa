// SPDX-License-Identifier: Apache-2.0

package import Resources

/// What the plan of an `IcebergConnect` asks for outside the Kubernetes API.
package enum IcebergConnectEffect: Equatable, Sendable {
    /// Bring an image from S3 into the registry and keep it there. Asked for with each reconcile, which changes nothing
    /// while the image is the same: how often something is tried is not decided here. With another image for the role,
    /// the transfer of the old one ends.
    ///
    /// What an earlier process found out goes with it: what came of the same transfer, or what the registry has of it
    /// already.
    case obtainImage(WantedImage, known: ObtainedImage?, layers: [IcebergConnectStatus.Layer] = [])
    /// Nothing is wanted for the role any more: end its transfer and forget what is known of it.
    case abandonImage(ImageRole)
    /// Ask the workers' REST interface from now on whether it answers, beside the reconciles. How often is not decided
    /// here. With another cluster the old one is not asked any more.
    case askCluster(ConnectCluster)
    /// There is nobody to ask any more.
    case forgetCluster
}
