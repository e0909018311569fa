// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON

/// A layer as others write it down and read it again, to go on where a transfer was cut off.
extension ImageTransferOutcome.Layer {
    /// - Parameters:
    ///   - diffID: the digest of what it contains.
    ///   - digest: of what the registry keeps.
    ///   - size: of what the registry keeps, in bytes.
    ///   - containsKittiwake: `nil` if nobody has looked.
    package init(diffID: Digest, digest: Digest, size: Int64, mediaType: String, containsKittiwake: Bool?) {
        var descriptor = Descriptor(type: mediaType, digest: digest, size: size)
        if let containsKittiwake {
            descriptor.annotations = [KittiwakeSearch.annotation: "\(containsKittiwake)"]
        }
        self.init(diffID: diffID, descriptor: descriptor, wasThere: true)
    }

    /// Whether the program `kittiwake` is in it; `nil` if nobody has looked.
    package var containsKittiwake: Bool? { KittiwakeSearch.finding(in: descriptor) }
}
