// SPDX-License-Identifier: Apache-2.0

package import Basics

/// An image that is in its registry. If neither the file nor the registry has changed since, nothing is read again.
package struct ObtainedImage: Equatable, Sendable {
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
