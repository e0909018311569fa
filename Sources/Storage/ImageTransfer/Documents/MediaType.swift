// SPDX-License-Identifier: Apache-2.0

/// What the parts of an image are called.
enum MediaType {
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let index = "application/vnd.oci.image.index.v1+json"
    static let configuration = "application/vnd.oci.image.config.v1+json"
    static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
    static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let dockerConfiguration = "application/vnd.docker.container.image.v1+json"
    static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// Of one image.
    static let manifests = [manifest, dockerManifest]
    /// Of several.
    static let indexes = [index, dockerIndex]

    /// Docker's name for the same bytes as OCI's.
    static func standardised(_ type: String) -> String {
        switch type {
        case dockerLayer: gzipLayer
        case dockerConfiguration: configuration
        default: type
        }
    }
}
