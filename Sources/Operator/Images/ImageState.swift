// SPDX-License-Identifier: Apache-2.0

package import Basics

/// An image that is in its registry.
package struct ImageOutcome: Equatable, Sendable {
    /// Of the manifest: what pods name.
    package var digest: Digest
    /// Of the object it was read from, as S3 gave it.
    package var etag: String
    /// Whether it can be used for a coordinator as it is (`original-systems.md` 000.5 i).
    package var containsKittiwake: Bool

    package init(digest: Digest, etag: String, containsKittiwake: Bool) {
        self.digest = digest
        self.etag = etag
        self.containsKittiwake = containsKittiwake
    }
}

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

    package init(stage: Stage, bytes: Int64, total: Int64) {
        self.stage = stage
        self.bytes = bytes
        self.total = total
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
    case present(ImageOutcome)
    /// `lastGood`: the image that was there before, and as far as is known still is.
    case failed(ImageFailure, attempts: Int, retryAfter: Duration, lastGood: ImageOutcome?)

    /// Whether a status should say so: another stage, or a tenth more. Not every piece.
    func isNews(_ progress: ImageProgress) -> Bool {
        guard case .running(let old) = self else { return true }
        return old.stage != progress.stage || old.tenths != progress.tenths || old.total != progress.total
    }
}
