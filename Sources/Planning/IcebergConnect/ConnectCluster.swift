// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel
package import Resources

/// A cluster that can be asked whether it answers.
package struct ConnectCluster: Equatable, Sendable {
    /// Of the resource: one that is made anew under the same name has another cluster.
    package var owner: String
    /// Of the REST interface: scheme, host and port.
    package var url: String
    /// With another number it may answer otherwise, so it is asked at once.
    package var readyPods: Int

    package init(owner: String, url: String, readyPods: Int) {
        self.owner = owner
        self.url = url
        self.readyPods = readyPods
    }

    /// The workers of a resource.
    ///
    /// - Parameter workers: the state of their Deployment; `nil`: there is none.
    package init(
        of resource: ObjectMeta,
        _ names: IcebergConnectNames,
        _ workers: IcebergConnectObservation.DeploymentState?
    ) {
        self.init(owner: resource.uid ?? "", url: names.restURL, readyPods: workers?.ready ?? 0)
    }

    /// Whether what one of them said also counts for the other.
    package func isSame(as other: ConnectCluster) -> Bool { owner == other.owner && url == other.url }
}
