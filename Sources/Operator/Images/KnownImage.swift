// SPDX-License-Identifier: Apache-2.0

package import Planning
package import Resources

/// What was found out about an image earlier, perhaps by another process.
package struct KnownImage: Equatable, Sendable {
    /// What came of its transfer.
    package var image: ObtainedImage?
    /// What the registry has of it already, if nothing came of it yet.
    package var layers: [IcebergConnectStatus.Layer]

    package init(_ image: ObtainedImage? = nil, layers: [IcebergConnectStatus.Layer] = []) {
        self.image = image
        self.layers = layers
    }
}
