// SPDX-License-Identifier: Apache-2.0

/// What a store's answer with an error means. Pure.
struct S3Refusal {
    let status: Int
    /// S3's own name for it: `NoSuchBucket`. Empty if the answer has none.
    let code: String
    /// Where the bucket is, if the answer says so.
    let region: String?

    init(status: Int, region: String?, body: [UInt8]) {
        let xml = XMLText(body)
        self.status = status
        code = xml.first("Code").flatMap { Self.isWord($0, and: ".") ? $0 : nil } ?? ""
        self.region = (region ?? xml.first("Region")).flatMap { Self.isWord($0, and: "-") ? $0 : nil }
    }

    /// The answer goes into messages, events and statuses, and whoever chose the endpoint may have written it.
    static func isWord(_ text: String, and joint: Unicode.Scalar) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                scalar == joint || ("0"..."9").contains(scalar) || ("a"..."z").contains(scalar)
                    || ("A"..."Z").contains(scalar)
            }
    }

    private var meaning: StorageError.Code {
        switch code {
        case "NoSuchBucket": .bucketNotFound
        case "NoSuchKey", "NoSuchVersion": .objectNotFound
        case "ExpiredToken", "TokenRefreshRequired": .expiredCredentials
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidSecurity",
            "UnrecognizedClientException":
            .invalidCredentials
        case "AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect",
            "IllegalLocationConstraintException",
            "InvalidRegion":
            .wrongRegion
        case "RequestTimeTooSkewed": .clockSkewed
        case "SlowDown", "RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequests": .throttled
        case "PreconditionFailed": .changed
        case "InvalidBucketName": .invalidAddress
        case "AccessDenied", "AllAccessDisabled", "AccountProblem": .accessDenied
        default: meaningOfStatus
        }
    }

    private var meaningOfStatus: StorageError.Code {
        switch status {
        case 301, 307, 308: .wrongRegion
        case 401, 403: .accessDenied
        case 404: .objectNotFound
        case 412: .changed
        case 429: .throttled
        case 500...: .failing
        default: .refused
        }
    }

    func error(_ method: String, _ location: S3Location) -> StorageError {
        let said = code.isEmpty ? "\(status)" : "\(status) \(code)"
        let meaning = meaning
        let asked = "\(method) \(location)"
        return switch meaning {
        case .bucketNotFound:
            StorageError(
                meaning,
                "\(asked): there is no bucket \(location.bucket) (\(said))",
                advice: "check the bucket, the region and the endpoint"
            )
        case .objectNotFound:
            StorageError(
                meaning,
                "\(asked): there is no object \(location.key) in the bucket (\(said))",
                advice: "check the key, and that the archive was uploaded"
            )
        case .accessDenied:
            StorageError(
                meaning,
                "\(asked): access was denied (\(said))",
                advice: "allow s3:GetObject on the object, and s3:ListBucket so that a missing object can be told apart"
            )
        case .invalidCredentials:
            StorageError(
                meaning,
                "\(asked): the credentials were refused (\(said))",
                advice: "check the access key, its secret key, and whether temporary ones have expired"
            )
        case .expiredCredentials:
            StorageError(
                meaning,
                "\(asked): the credentials have expired (\(said))",
                advice: "provide new ones, or a role"
            )
        case .wrongRegion:
            StorageError(
                meaning,
                "\(asked): the bucket is not in \(location.region)\(region.map { " but in \($0)" } ?? "") (\(said))",
                advice: region.map { "set the region to \($0)" } ?? "set the region to the bucket's"
            )
        case .clockSkewed:
            StorageError(meaning, "\(asked): the clocks differ (\(said))", advice: "set the node's clock")
        case .changed:
            StorageError(
                meaning,
                "\(asked): the object was replaced while it was being read (\(said))",
                advice: "the new one is read from its beginning at the next try"
            )
        case .throttled: StorageError(meaning, "\(asked): the store asks for fewer requests (\(said))")
        default: StorageError(meaning, "\(asked) was answered with \(said)")
        }
    }
}
