// SPDX-License-Identifier: Apache-2.0

package import Basics
package import ObjectStorage

/// What is to be brought where.
package struct ImageTransferJob: Sendable {
    /// The archive: of `docker save`, or an OCI layout, as a tar, plain or compressed by gzip or zstd.
    package var source: any ByteSource
    /// The name that the image gets. Without a tag it is `latest`; a digest is not allowed.
    package var target: ImageReference
    package var access: RegistryAccess
    /// Which of several images in the archive: `repository:tag` or a tag. `nil`: the only one, or the one that is called
    /// like the target.
    package var image: String?
    package var platform: Platform
    /// Whether ``ImageTransferOutcome/containsKittiwake`` is asked for. Then layers that are in the registry, but were
    /// never looked at, are read once more.
    package var looksForKittiwake: Bool
    /// Layers of which the caller remembers that the registry has them, from an attempt that did not come to its end.
    /// They are asked for before they count.
    package var knownLayers: [ImageTransferOutcome.Layer]
    /// Whether the image that the target's tag stands for is believed about what its layers contain. Nothing proves it,
    /// and anybody who may push to the repository may have put it there: only for somebody to whom the repository
    /// belongs. Otherwise only ``Previous`` and ``knownLayers`` are believed, and what this process has sent itself.
    package var trustsTarget: Bool

    package init(
        source: any ByteSource,
        target: ImageReference,
        access: RegistryAccess = RegistryAccess(),
        image: String? = nil,
        platform: Platform = .linuxAMD64,
        looksForKittiwake: Bool = false,
        knownLayers: [ImageTransferOutcome.Layer] = [],
        trustsTarget: Bool = false
    ) {
        self.source = source
        self.target = target
        self.access = access
        self.image = image
        self.platform = platform
        self.looksForKittiwake = looksForKittiwake
        self.knownLayers = knownLayers
        self.trustsTarget = trustsTarget
    }

    /// What the caller remembers of the last transfer of this source to this target.
    package struct Previous: Equatable, Sendable {
        /// ``ImageTransferOutcome/version``.
        package var version: String
        package var digest: Digest
        package var containsKittiwake: Bool

        package init(version: String, digest: Digest, containsKittiwake: Bool = false) {
            self.version = version
            self.digest = digest
            self.containsKittiwake = containsKittiwake
        }
    }
}

/// How far a transfer is.
package struct ImageTransferProgress: Equatable, Sendable {
    /// What is being done.
    package enum Stage: Equatable, Sendable {
        /// The archive is read, and layers are sent.
        case reading
        /// All layers are there; the image is being made visible.
        case completing
    }

    package var stage = Stage.reading
    /// Bytes of the archive that have been read, and have to be read. `nil` while nobody knows, or where nobody can.
    package var bytesRead: Int64 = 0
    package var bytesTotal: Int64?
    /// Bytes of layers that have been sent.
    package var bytesSent: Int64 = 0
    /// Layers that the registry has by now, in no order.
    package var layers: [ImageTransferOutcome.Layer] = []
}

/// What came of a transfer.
package struct ImageTransferOutcome: Equatable, Sendable {
    /// A layer in the registry.
    package struct Layer: Equatable, Sendable {
        /// The digest of what it contains.
        package var diffID: Digest
        package var descriptor: Descriptor
        /// The registry had it before.
        package var wasThere: Bool

        package init(diffID: Digest, descriptor: Descriptor, wasThere: Bool) {
            self.diffID = diffID
            self.descriptor = descriptor
            self.wasThere = wasThere
        }
    }

    /// Of the manifest: what goes into a pod template.
    package var digest: Digest
    /// Of the archive, as the source states it (an ETag); `nil` if it states none.
    package var version: String?
    /// Of the archive, in bytes; `nil` if it was read to its end without being told.
    package var size: Int64?
    /// Bytes of the archive that were read, and of layers that were sent.
    package var bytesRead: Int64 = 0
    package var bytesSent: Int64 = 0
    /// From the lowest up. Empty if ``wasUnchanged``.
    package var layers: [Layer] = []
    /// Whether a layer has the program `kittiwake`, or the image says that it starts it. Meaningful if
    /// ``ImageTransferJob/looksForKittiwake``.
    package var containsKittiwake = false
    /// The source and the image are those of the last transfer: nothing was read and nothing was sent.
    package var wasUnchanged = false
}
