// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Why an image could not be brought from its archive into a registry.
package struct ImageTransferError: ExplainedError, RetriedError, Equatable {
    /// The raw value is the ``reason``.
    package enum Code: String, CaseIterable, Sendable {
        // The registry
        case registryUnauthorized = "RegistryUnauthorized"
        /// It knows who asks, and that he may not.
        case registryForbidden = "RegistryForbidden"
        case registryUnreachable = "RegistryUnreachable"
        case registryOutOfSpace = "RegistryOutOfSpace"
        case registryThrottled = "RegistryThrottled"
        /// It failed by its own account: a status of 500 and above.
        case registryFailing = "RegistryFailing"
        /// Any other refusal, and answers that are not those of a registry.
        case registryRefused = "RegistryRefused"
        /// What it gives or stores is not what was asked for or sent.
        case registryDigestMismatch = "RegistryDigestMismatch"
        /// What was asked of the registry is not there.
        case imageNotFound = "ImageNotFound"

        /// Store and registry together would need longer than an attempt is given.
        case tooSlow = "ImageTransferTooSlow"

        // The archive
        /// Not a tar, cut off, or not put together as an image is.
        case archiveInvalid = "ImageArchiveInvalid"
        /// More or larger than an image is: entries, documents, what a compressed archive stands for.
        case archiveTooLarge = "ImageArchiveTooLarge"
        /// A tar, but neither `manifest.json` nor `index.json` is in it.
        case manifestMissing = "ManifestMissing"
        case severalImages = "SeveralImages"
        /// Several images, none of which is the one that was asked for.
        case imageNotInArchive = "ImageNotInArchive"
        case platformMissing = "PlatformMissing"
        /// Content of the archive that is not what its digest says.
        case digestMismatch = "DigestMismatch"

        // The request
        /// The target names a digest, which only the content can decide.
        case invalidReference = "InvalidImageReference"
        case invalidSettings = "InvalidRegistrySettings"
    }

    package var code: Code
    package var message: String
    package var advice: String?
    package var retryAfter: Duration?
    package var isSpent = false
    /// The registry knows nothing of the upload any more: it has to begin anew.
    var isUploadLost = false

    /// Of a message, in bytes. Who makes an archive chooses what its parts are called: megabytes, or what a terminal obeys.
    private static let longest = 2048

    package init(_ code: Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message.cut(to: Self.longest).printable
        self.advice = advice
    }

    package var reason: String { code.rawValue }

    package var isWorthRetrying: Bool {
        switch code {
        case .registryUnreachable, .registryThrottled, .registryFailing: true
        case .registryUnauthorized, .registryForbidden, .registryOutOfSpace, .registryRefused, .registryDigestMismatch,
            .tooSlow,
            .imageNotFound, .archiveInvalid, .archiveTooLarge, .manifestMissing, .severalImages, .imageNotInArchive,
            .platformMissing,
            .digestMismatch, .invalidReference, .invalidSettings:
            false
        }
    }
}
