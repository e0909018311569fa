// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Crypto
package import HTTPClient

/// What is asked of an object store: what an object is like, and parts of it. Every request is signed and bounded.
package struct S3Client: Sendable {
    /// How patient to be. The numbers are for a store across the world; tests have smaller ones.
    package struct Limits: Sendable {
        /// Of a request whose answer is small.
        package var answer = Duration.seconds(30)
        /// 16 KiB in 30 s: less is as good as nothing, a gigabyte would take three weeks.
        package var slowest = HTTPRequest.Speed(bytes: 16 << 10, in: .seconds(30))
        /// Of reading a whole object: this, and a second for each ``assuredSpeed``. Only what is waited for the store
        /// counts, not what the store has to wait for us.
        package var reading = Duration.seconds(300)
        /// Bytes a second below which a read is given up in the end, however steady it is.
        package var assuredSpeed: Int64 = 256 << 10
        /// Failures in a row, without ``progress`` in between.
        package var retry = RetryPolicy()
        /// So many bytes between two failures are progress.
        package var progress: Int64 = 1 << 20

        package init() {}
    }

    /// What `HEAD` tells.
    package struct Description: Equatable, Sendable {
        package var size: Int64
        /// With its quotation marks, as it was sent.
        package var etag: String
    }

    private let client: HTTPClient
    private let provider: any CredentialsProvider
    private let tls: TLSMaterial
    private let now: @Sendable () -> Int64
    let location: S3Location
    let limits: Limits

    /// - Parameters:
    ///   - tls: authorities of the store's own, if it has such.
    ///   - now: seconds since the epoch; a signature carries the time.
    package init(
        _ client: HTTPClient,
        _ location: S3Location,
        _ provider: any CredentialsProvider,
        tls: TLSMaterial = TLSMaterial(),
        limits: Limits = Limits(),
        now: @escaping @Sendable () -> Int64 = { WallClock.secondsSinceEpoch }
    ) {
        self.client = client
        self.location = location
        self.provider = provider
        self.tls = tls
        self.limits = limits
        self.now = now
    }

    /// What there is under the key.
    ///
    /// - Throws: ``StorageError``.
    package func describe() async throws -> Description {
        let response = try await limits.retry.run(while: Self.isWorthRetrying) {
            let response = try await send("HEAD", deadline: limits.answer)
            if response.status == 200 { return response }
            // The answer to HEAD has no body, so it cannot tell a missing bucket from a missing key.
            throw try await failure(instead: response)
        }
        guard let size = response.header("content-length").flatMap(Int64.init), size >= 0 else {
            throw StorageError(.refused, "HEAD \(location): the answer states no size")
        }
        guard size <= Self.largestObject else {
            throw StorageError(.refused, "HEAD \(location): it states \(size) bytes, larger than any object is")
        }
        guard let etag = response.header("etag"), !etag.isEmpty else {
            throw StorageError(.refused, "HEAD \(location): the answer has no ETag")
        }
        return Description(size: size, etag: etag)
    }

    /// A part of the object as it was when it was described so. One try.
    ///
    /// - Throws: ``StorageError``; ``StorageError/Code/changed`` if it is another object now; `DeadlineExceeded`.
    ///
    /// - Parameter deadline: for the head of the answer. The body may be read as slowly as its reader likes, as long as the
    ///   store is not slower than ``Limits/slowest`` meanwhile.
    func get(_ range: Range<Int64>, of object: Description, deadline: Duration) async throws -> HTTPBody {
        try await withDeadline(deadline, clock: ContinuousClock()) { try await get(range, of: object) }
    }

    private func get(_ range: Range<Int64>, of object: Description) async throws -> HTTPBody {
        let headers = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"), ("If-Match", object.etag)]
        let response = try await send("GET", headers: headers, deadline: nil, slowest: limits.slowest)
        guard response.status == 200 || response.status == 206 else { throw try await failure(response, "GET") }
        // Not every store knows `If-Match`.
        if let etag = response.header("etag"), Self.strong(etag) != Self.strong(object.etag) { throw changed }
        if response.status == 200 {
            // From a store that knows no ranges everything comes, whatever was asked for.
            guard range == 0..<object.size else {
                throw StorageError(
                    .refused,
                    "GET \(location): the store sends the whole object instead of a part",
                    advice: "use a store or a proxy that knows Range requests"
                )
            }
            return response.body
        }
        let stated = response.header("content-range") ?? ""
        let part = "bytes \(range.lowerBound)-\(range.upperBound - 1)/"
        guard stated.hasPrefix(part) else {
            throw StorageError(.refused, "GET \(location): the answer is another part than was asked for")
        }
        if let whole = Int64(stated.dropFirst(part.count)), whole != object.size { throw changed }
        return response.body
    }

    /// A proxy that compresses makes a tag a weak one; it still stands for the same object.
    private static func strong(_ etag: String) -> Substring { etag.hasPrefix("W/") ? etag.dropFirst(2) : etag[...] }

    private var changed: StorageError { S3Refusal(status: 412, region: nil, body: []).error("GET", location) }

    /// 64 TiB: more than S3 takes.
    private static let largestObject: Int64 = 1 << 46

    // MARK: Sending

    private func send(
        _ method: String,
        headers: [(String, String)] = [],
        deadline: Duration?,
        slowest: HTTPRequest.Speed? = nil
    ) async throws -> HTTPResponse {
        let address = try location.address()
        let signer = SigV4(try await provider.credentials(), region: location.region)
        var toSign = SigV4.Request(method, host: address.host, path: address.path)
        toSign.headers = headers
        toSign.payload = Self.noBody
        let signed = signer.sign(toSign, secondsSinceEpoch: now())
        var request = HTTPRequest(method, address.origin + signed.path)
        request.headers = signed.headers.map { ($0.key, $0.value) }
        request.tls = tls
        // One connection for each part: sharing one would make the parts wait for each other.
        request.allowsHTTP2 = false
        request.limits.total = deadline
        request.limits.slowest = slowest
        do {
            return try await client.send(request)
        } catch let error as HTTPError where error.code == .invalidRequest {
            throw unsendable(error, method)
        } catch let error as HTTPError {
            throw unreachable(error, method)
        }
    }

    /// The SHA-256 of nothing.
    private static let noBody = SHA256.hash([]).hex

    // MARK: Failures

    static let isWorthRetrying: @Sendable (any Error) -> Bool = { ($0 as? StorageError)?.isWorthRetrying == true }

    /// A transfer that did not come to an answer, or broke.
    func unreachable(_ error: HTTPError, _ method: String) -> StorageError {
        StorageError(
            .unreachable,
            "\(method) \(location): \(error)",
            advice: "check the endpoint, the network policy and the store's certificate"
        )
    }

    /// What is wrong with a request that could not even be tried: of what it is made of, only the address and the
    /// credentials come from people.
    private func unsendable(_ error: HTTPError, _ method: String) -> StorageError {
        guard error.isAboutHeader else {
            return StorageError(.invalidAddress, "\(method) \(location): \(error)", advice: "check the endpoint")
        }
        return StorageError(
            .invalidCredentials,
            "\(method) \(location): the access key cannot be one: \(error)",
            advice: "check the access key and the session token for line breaks"
        )
    }

    private func failure(instead head: HTTPResponse) async throws -> StorageError {
        let response = try await send("GET", headers: [("Range", "bytes=0-0")], deadline: limits.answer)
        // In between it may have got well.
        if response.status < 300 {
            return StorageError(.failing, "HEAD \(location) was answered with \(head.status)")
        }
        return try await failure(response, "GET")
    }

    private func failure(_ response: HTTPResponse, _ method: String) async throws -> StorageError {
        let body: [UInt8]
        do {
            body = try await response.body.collect(upTo: 64 << 10)
        } catch is HTTPError {
            body = []  // the status alone has to say it
        }
        let answer = S3Refusal(status: response.status, region: response.header("x-amz-bucket-region"), body: body)
        var error = answer.error(method, location)
        error.retryAfter = response.retryAfter
        if error.code == .expiredCredentials { provider.refused() }
        return error
    }
}
