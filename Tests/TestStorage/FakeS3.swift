// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
package import HTTPServer
package import ObjectStorage

/// An object store with path-style addresses, as strict about signatures as the real ones.
package final class FakeS3: Sendable {
    private struct Object: Sendable {
        var bytes: [UInt8]
        /// Worked out once, not for every request.
        var etag: String
    }

    private struct State: Sendable {
        var objects: [String: Object] = [:]
        var requests: [String] = []
        var ranges: [String] = []
    }

    package static let credentials = S3Credentials(accessKey: "EXAMPLEKEY", secretKey: Secret("example-secret"))

    package let region: String
    private let credentials: S3Credentials
    private let state = Locked(State())

    package init(_ region: String = "eu-west-1", _ credentials: S3Credentials = FakeS3.credentials) {
        self.region = region
        self.credentials = credentials
    }

    /// Methods and paths, in the order in which they came.
    package var requests: [String] { state.withLock { $0.requests } }
    /// The values of `Range`, in the order in which they came.
    package var ranges: [String] { state.withLock { $0.ranges } }

    /// - Parameter path: `/bucket/key`
    package func put(_ path: String, _ bytes: [UInt8]) {
        let object = Object(bytes: bytes, etag: Self.etag(bytes))
        state.withLock { $0.objects[path] = object }
    }

    package static func etag(_ bytes: [UInt8]) -> String { "\"\(SHA256.hash(bytes).hex.prefix(32))\"" }

    package func handle(_ request: ServerRequest) -> ServerResponse {
        let objects = state.withLock { state in
            state.requests.append("\(request.method) \(request.path)")
            if let range = request.header("range") { state.ranges.append(range) }
            return state.objects
        }
        let response = answer(objects, request)
        // What answers HEAD has no body, whatever it says.
        return request.method == "HEAD" && response.status >= 300 ? ServerResponse(response.status) : response
    }

    private func answer(_ objects: [String: Object], _ request: ServerRequest) -> ServerResponse {
        if let refusal = refusal(request) { return refusal }
        let path = Self.decoded(request.path)
        guard let object = objects[path] else {
            let bucket = path.split(separator: "/").first.map { "/\($0)/" } ?? "/"
            let isThere = objects.keys.contains { $0.hasPrefix(bucket) }
            return Self.error(404, isThere ? "NoSuchKey" : "NoSuchBucket")
        }
        let (bytes, etag) = (object.bytes, object.etag)
        if let wanted = request.header("if-match"), wanted != etag { return Self.error(412, "PreconditionFailed") }
        var headers = [("ETag", etag), ("Accept-Ranges", "bytes")]
        guard request.method == "GET" else { return ServerResponse(200, headers: headers, body: .bytes(bytes)) }
        guard let range = request.header("range").flatMap(Self.range) else {
            return ServerResponse(200, headers: headers, body: .bytes(bytes))
        }
        guard range.lowerBound < bytes.count else { return Self.error(416, "InvalidRange") }
        let end = min(range.upperBound, bytes.count - 1)
        headers.append(("Content-Range", "bytes \(range.lowerBound)-\(end)/\(bytes.count)"))
        return ServerResponse(206, headers: headers, body: .bytes(Array(bytes[range.lowerBound...end])))
    }

    package static func error(_ status: Int, _ code: String, _ more: String = "") -> ServerResponse {
        let text =
            "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>a &lt;message&gt;</Message>\(more)</Error>"
        return ServerResponse(status, headers: [("Content-Type", "application/xml")], body: .bytes(Array(text.utf8)))
    }

    private func refusal(_ request: ServerRequest) -> ServerResponse? {
        let given = request.header("authorization") ?? ""
        if given.isEmpty { return Self.error(403, "AccessDenied") }
        guard given.contains("Credential=\(credentials.accessKey)/") else {
            return Self.error(403, "InvalidAccessKeyId")
        }
        guard given.contains("/\(region)/s3/aws4_request") else {
            return Self.error(400, "AuthorizationHeaderMalformed", "<Region>\(region)</Region>")
        }
        let token = credentials.token?.reveal { $0 }
        guard request.header("x-amz-security-token") == token else { return Self.error(400, "ExpiredToken") }
        return given == expected(request) ? nil : Self.error(403, "SignatureDoesNotMatch")
    }

    /// What the authorization has to be, worked out from the request itself.
    private func expected(_ request: ServerRequest) -> String? {
        guard let date = request.header("x-amz-date"), let host = request.header("host"),
            let moment = CivilDate(rfc3339: Self.rfc3339(date))
        else { return nil }
        var signed = SigV4.Request(request.method, host: host, path: Self.decoded(request.path))
        signed.payload = request.header("x-amz-content-sha256") ?? ""
        for name in ["range", "if-match"] {
            if let value = request.header(name) { signed.headers.append((name, value)) }
        }
        let signer = SigV4(credentials, region: region)
        return signer.sign(signed, secondsSinceEpoch: moment.secondsSinceEpoch).headers["authorization"]
    }

    /// `20260102T030405Z`
    private static func rfc3339(_ date: String) -> String {
        let digits = Array(date)
        guard digits.count == 16 else { return "" }
        let part = { (range: Range<Int>) in String(digits[range]) }
        return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z"
    }

    /// `bytes=3-7`
    private static func range(_ text: String) -> ClosedRange<Int>? {
        let parts = text.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        guard text.hasPrefix("bytes="), parts.count == 2, parts[0] <= parts[1] else { return nil }
        return parts[0]...parts[1]
    }

    private static func decoded(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(path.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
