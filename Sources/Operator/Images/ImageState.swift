// SPDX-License-Identifier: Apache-2.0

package import Planning
package import Resources

/// How far an attempt has come.
package struct ImageProgress: Equatable, Sendable {
    /// What is being done.
    package enum Stage: Equatable, Sendable {
        /// From the object store, layer by layer, into the registry.
        case reading
        /// All layers are there; configuration and manifest follow.
        case completing
    }

    package var stage: Stage
    package var bytes: Int64
    /// Of the object.
    package var total: Int64
    /// What the registry has by now.
    package var layers: [IcebergConnectStatus.Layer]

    package init(stage: Stage, bytes: Int64, total: Int64, layers: [IcebergConnectStatus.Layer] = []) {
        self.stage = stage
        self.bytes = bytes
        self.total = total
        self.layers = layers
    }

    /// 0…10.
    fileprivate var tenths: Int64 { total > 0 ? bytes * 10 / total : 0 }
}

/// Why an image could not be brought into its registry.
package struct ImageFailure: Error, Equatable, Sendable {
    /// One word, the same for the same cause: `BucketNotFound`, `RegistryUnauthorized`.
    package var reason: String
    /// What was tried, what came back, what to do. Without secrets.
    package var message: String

    package init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }
}

/// What is known about one wanted image.
package enum ImageState: Equatable, Sendable {
    case waiting
    case running(ImageProgress)
    case present(ObtainedImage)
    /// Why the last attempt came to nothing; also while the next one goes on, so that whoever watches is not told of
    /// each.
    case failed(ImageFailure, attempts: Int)

    /// Whether a status should say so: another stage, or a tenth more. Not every piece.
    func isNews(_ progress: ImageProgress) -> Bool {
        guard case .running(let old) = self else { return true }
        return old.stage != progress.stage || old.tenths != progress.tenths || old.total != progress.total
    }
}
