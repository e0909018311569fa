// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Why bytes could not be had from an object store or a file.
package struct StorageError: ExplainedError, RetriedError, Equatable {
    /// The raw value is the ``reason``.
    package enum Code: String, CaseIterable, Sendable {
        case bucketNotFound = "BucketNotFound"
        case objectNotFound = "ObjectNotFound"
        case accessDenied = "AccessDenied"
        /// The store does not know the access key, or the secret key is not the one that belongs to it.
        case invalidCredentials = "InvalidCredentials"
        /// Temporary ones that were good once. Whoever handed them out is asked for others.
        case expiredCredentials = "ExpiredCredentials"
        /// Nobody gave any: neither settings nor environment nor the platform.
        case noCredentials = "NoCredentials"
        case wrongRegion = "WrongRegion"
        /// Signatures carry a time; the store's clock and this machine's are too far apart.
        case clockSkewed = "StorageClockSkewed"
        case unreachable = "StorageUnreachable"
        case tooSlow = "StorageTooSlow"
        case throttled = "StorageThrottled"
        /// Something else was put under the same key while it was being read.
        case changed = "ObjectChanged"
        /// The store failed by its own account: a status of 500 and above.
        case failing = "StorageFailing"
        /// Any other refusal.
        case refused = "StorageRefused"
        /// The address could not even be tried: a bucket's name or an endpoint that is none.
        case invalidAddress = "InvalidStorageAddress"
        /// A file of this machine that is not there or may not be read.
        case fileUnreadable = "FileUnreadable"
    }

    package var code: Code
    package var message: String
    package var advice: String?
    package var retryAfter: Duration?
    package var isSpent = false

    package init(_ code: Code, _ message: String, advice: String? = nil) {
        self.code = code
        self.message = message
        self.advice = advice
    }

    package var reason: String { code.rawValue }

    package var isWorthRetrying: Bool {
        switch code {
        case .unreachable, .throttled, .failing, .expiredCredentials: true
        case .bucketNotFound, .objectNotFound, .accessDenied, .invalidCredentials, .noCredentials, .wrongRegion,
            .clockSkewed, .tooSlow, .changed, .refused, .invalidAddress, .fileUnreadable:
            false
        }
    }
}
