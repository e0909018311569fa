// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto

/// AWS Signature Version 4 for S3. Pure: the time is a parameter.
package struct SigV4: Sendable {
    /// What is signed.
    package struct Request: Sendable {
        package var method: String
        package var host: String
        /// As it is meant, not yet encoded.
        package var path: String
        /// To be signed as well. Every `x-amz-…` header has to be.
        package var headers: [(name: String, value: String)] = []
        /// The SHA-256 of the body in hexadecimal digits; over TLS, S3 also takes this placeholder.
        package var payload = "UNSIGNED-PAYLOAD"

        package init(_ method: String, host: String, path: String) {
            self.method = method
            self.host = host
            self.path = path
        }
    }

    /// What has to be sent for the signature to hold.
    package struct Signed: Equatable, Sendable {
        /// Encoded exactly as it was signed.
        package var path: String
        package var headers: [String: String]
    }

    private let credentials: S3Credentials
    private let region: String

    package init(_ credentials: S3Credentials, region: String) {
        self.credentials = credentials
        self.region = region
    }

    /// Signs a request for this moment; it holds for a quarter of an hour.
    package func sign(_ request: Request, secondsSinceEpoch: Int64) -> Signed {
        let date = CivilDate(secondsSinceEpoch: secondsSinceEpoch)
        let path = PercentEncoding.encode(request.path, keepsSlashes: true)

        var headers = [
            ("host", request.host), ("x-amz-content-sha256", request.payload), ("x-amz-date", date.basicTime),
        ]
        if let token = credentials.token { token.reveal { headers.append(("x-amz-security-token", $0)) } }
        for (name, value) in request.headers { headers.append((name.lowercased(), Self.collapsed(value))) }
        headers.sort { $0.0 < $1.0 }
        let names = headers.map(\.0).joined(separator: ";")
        let lines = headers.map { "\($0.0):\($0.1)\n" }.joined()
        let query = ""  // no request that we send has one
        let canonical = [request.method, path, query, lines, names, request.payload].joined(separator: "\n")

        let scope = "\(date.basicDay)/\(region)/s3/aws4_request"
        let text = ["AWS4-HMAC-SHA256", date.basicTime, scope, SHA256.hash(canonical.utf8).hex].joined(separator: "\n")
        let signature = HMACSHA256.authenticate(text.utf8, key: signingKey(day: date.basicDay)).hex

        var sent = Dictionary(headers) { _, last in last }
        sent["host"] = nil  // sent by the client itself
        let credential = "Credential=\(credentials.accessKey)/\(scope)"
        sent["authorization"] = "AWS4-HMAC-SHA256 \(credential), SignedHeaders=\(names), Signature=\(signature)"
        return Signed(path: path, headers: sent)
    }

    private func signingKey(day: String) -> [UInt8] {
        let first = credentials.secretKey.reveal { Array("AWS4\($0)".utf8) }
        return [day, region, "s3", "aws4_request"].reduce(first) { key, part in
            HMACSHA256.authenticate(part.utf8, key: key)
        }
    }

    /// Without spaces around it and with single ones inside.
    private static func collapsed(_ value: String) -> String { value.split(separator: " ").joined(separator: " ") }
}
