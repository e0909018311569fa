// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient

/// Which object, and how its store is spoken to.
package struct S3Location: Hashable, Sendable, CustomStringConvertible {
    package var bucket: String
    /// Without a slash at the beginning; as it is meant, not percent-encoded.
    package var key: String
    package var region: String
    /// Scheme, host, port and perhaps a path of a store that is not Amazon's: `http://minio:9000`. `nil`: Amazon's.
    package var endpoint: String?

    package init(bucket: String, key: String, region: String, endpoint: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.region = region
        self.endpoint = endpoint
    }

    /// Reads `s3://bucket/key`. `nil` if it is nothing like that.
    package init?(url: String, region: String, endpoint: String? = nil) {
        guard url.hasPrefix("s3://") else { return nil }
        let parts = url.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(bucket: String(parts[0]), key: String(parts[1]), region: region, endpoint: endpoint)
    }

    /// `s3://images/worker.tar`
    package var description: String { "s3://\(bucket)/\(key)" }

    /// Where a request goes.
    struct Address: Equatable {
        /// `https://bucket.s3.eu-west-1.amazonaws.com`
        var origin: String
        /// As the signature and the header name it: without a port that goes without saying.
        var host: String
        /// Not yet encoded.
        var path: String
    }

    /// Path style where an endpoint is given, as MinIO and LocalStack want it; otherwise the bucket is a part of
    /// Amazon's host name, but for names with a dot, which no certificate covers.
    func address() throws(StorageError) -> Address {
        let isName = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard !bucket.isEmpty, bucket.utf8.allSatisfy(isName), bucket != ".", bucket != ".." else {
            throw StorageError(.invalidAddress, "\"\(bucket)\" is not a bucket name", advice: "check s3Config.bucket")
        }
        guard !key.isEmpty, !key.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw StorageError(.invalidAddress, "\"\(key)\" is not an object key", advice: "check s3Path")
        }
        guard let endpoint else { return try amazon(isName) }
        return try custom(endpoint)
    }

    private func amazon(_ isName: (UInt8) -> Bool) throws(StorageError) -> Address {
        guard !region.isEmpty, region.utf8.allSatisfy(isName) else {
            throw StorageError(.invalidAddress, "\"\(region)\" is not a region", advice: "check s3Config.region")
        }
        let domain = "s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")"
        // Names of hosts know no capital letters and no underscores.
        let isHost = bucket.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "_") && !(65...90 ~= $0) }
        guard isHost else { return Address(origin: "https://\(domain)", host: domain, path: "/\(bucket)/\(key)") }
        let host = "\(bucket).\(domain)"
        return Address(origin: "https://\(host)", host: host, path: "/\(key)")
    }

    private func custom(_ endpoint: String) throws(StorageError) -> Address {
        let invalid = StorageError(
            .invalidAddress,
            "The endpoint is not the address of an object store",
            advice: "write it as http://host:port or https://host"
        )
        let whole = endpoint.contains("://") ? endpoint : "https://\(endpoint)"
        guard let address = HTTPAddress(whole), !address.hasMoreThanPath else { throw invalid }
        let prefix = address.path.split(separator: "/").map { "/\($0)" }.joined()
        let usual = address.isSecure ? ":443" : ":80"
        let host = address.authority.hasSuffix(usual) ? address.authority.dropLast(usual.count) : address.authority
        return Address(
            origin: String(address.origin),
            host: String(host),
            path: "\(prefix)/\(bucket)/\(key)"
        )
    }
}
