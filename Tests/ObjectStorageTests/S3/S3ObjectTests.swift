// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import TestStorage
import TestSupport
import Testing

@testable import ObjectStorage

@Suite(.timeLimit(.minutes(5)))
struct S3ObjectTests {
    /// More than any buffer on the way.
    static let bytes = ImageBuilder.noise(3 << 20, seed: 1)

    static func client(
        _ host: String,
        key: String = "worker.tar",
        bucket: String = "images",
        region: String = "eu-west-1",
        _ provider: any CredentialsProvider = StaticCredentials(FakeS3.credentials),
        limits: (inout S3Client.Limits) -> Void = { _ in }
    ) -> S3Client {
        var chosen = S3Client.Limits()
        chosen.retry = RetryPolicy(attempts: 3) { _ in }
        limits(&chosen)
        let location = S3Location(bucket: bucket, key: key, region: region, endpoint: "http://\(host)")
        return S3Client(HTTPClient(), location, provider, limits: chosen)
    }

    @discardableResult
    static func withStore<Value: Sendable>(
        _ store: FakeS3 = FakeS3(),
        _ before: @escaping @Sendable (ServerRequest) async -> ServerResponse? = { _ in nil },
        _ body: @escaping @Sendable (_ host: String, FakeS3) async throws -> Value
    ) async throws -> Value {
        store.put("/images/worker.tar", bytes)
        return try await withServer { request in
            if let answer = await before(request) { return answer }
            return store.handle(request)
        } _: { host in
            try await body(host, store)
        }
    }

    // MARK: Reading

    @Test(.rows(22, 24)) func anObjectIsReadWholeAndInParts() async throws {
        try await Self.withStore { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            #expect(object.size == Int64(Self.bytes.count))
            #expect(object.version == FakeS3.etag(Self.bytes))
            #expect(object.isRandomAccess)
            #expect(try await StorageRig.read(object) == Self.bytes)
            #expect(try await StorageRig.read(object, 100..<2_000_000) == Array(Self.bytes[100..<2_000_000]))
            #expect(try await object.read(5..<600) == Array(Self.bytes[5..<600]))
            #expect(try await object.read(7..<7).isEmpty)
        }
    }

    @Test func aKeyMayHaveAnyCharacters() async throws {
        try await Self.withStore { host, store in
            for key in ["a b+c/é中.tar", "~_-.!*'()", "a//b", "100%"] {
                store.put("/images/\(key)", Array(key.utf8))
                let object = try await S3Object(Self.client(host, key: key)).open()
                #expect(try await StorageRig.read(object) == Array(key.utf8))
            }
        }
    }

    @Test func temporaryCredentialsCarryTheirToken() async throws {
        var credentials = FakeS3.credentials
        credentials.token = Secret("a token")
        let provider = StaticCredentials(credentials)
        try await Self.withStore(FakeS3("eu-west-1", credentials)) { host, _ in
            let object = try await S3Object(Self.client(host, provider)).open()
            #expect(object.size == Int64(Self.bytes.count))
            let error = await StorageRig.failure { try await S3Object(Self.client(host)).open() }
            #expect(error?.code == .expiredCredentials)
        }
    }

    // MARK: Broken connections

    /// What `Content-Range` says when everything from where it was asked for follows.
    static func rest(_ request: ServerRequest) -> String? {
        guard let range = request.header("range"), range.hasPrefix("bytes=") else { return nil }
        return "bytes \(range.dropFirst("bytes=".count))/\(bytes.count)"
    }

    /// Cuts the connection a little further on each time.
    static func cutting(_ times: Int, after count: Int) -> @Sendable (ServerRequest) async -> ServerResponse? {
        let cuts = Locked(0)
        return { request in
            guard request.method == "GET", let range = request.header("range"),
                let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" }),
                cuts.withLock({ cuts in
                    cuts += 1
                    return cuts <= times
                })
            else { return nil }
            let rest = "\(start)-\(bytes.count - 1)/\(bytes.count)"
            let body = ServerResponse.Body.stream { writer in
                try await writer.write(Array(bytes[start..<min(start + count, bytes.count)]))
                throw MemorySource.Broken()
            }
            return ServerResponse(206, headers: [("Content-Range", "bytes \(rest)")], body: body)
        }
    }

    @Test func aBrokenConnectionIsTakenUpWhereItBroke() async throws {
        let store = FakeS3()
        try await Self.withStore(store, Self.cutting(2, after: 300_000)) { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            #expect(try await StorageRig.read(object) == Self.bytes)
        }
        // The two that were cut off never reached the store.
        #expect(store.ranges.count == 1)
        #expect(store.ranges.allSatisfy { $0 != "bytes=0-\(Self.bytes.count - 1)" })
    }

    @Test func progressCountsMoreThanTheNumberOfFailures() async throws {
        // Ten cuts with three attempts: each time enough has come to begin counting again.
        try await Self.withStore(FakeS3(), Self.cutting(10, after: 250_000)) { host, _ in
            let client = Self.client(host) { $0.progress = 100_000 }
            let object = try await S3Object(client).open()
            #expect(try await StorageRig.read(object) == Self.bytes)
        }
    }

    @Test func aConnectionThatAlwaysBreaksIsGivenUp() async throws {
        let pauses = Recorder<Duration>()
        try await Self.withStore(FakeS3(), Self.cutting(.max, after: 10)) { host, _ in
            let client = Self.client(host) { $0.retry = RetryPolicy(attempts: 3) { pauses.record($0) } }
            let object = try await S3Object(client).open()
            let error = await StorageRig.failure { try await StorageRig.read(object) }
            #expect(error?.code == .unreachable)
            #expect(pauses.all.count == 2)
        }
    }

    @Test func anObjectThatChangesMeanwhileIsNotPutTogetherFromTwo() async throws {
        let store = FakeS3()
        try await Self.withStore(store, Self.cutting(1, after: 300_000)) { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            store.put("/images/worker.tar", Array(Self.bytes.reversed()))
            let error = await StorageRig.failure { try await StorageRig.read(object) }
            #expect(error?.code == .changed)
        }
    }

    @Test func anAnswerWithAnotherPartIsRefused() async throws {
        try await Self.withStore { request in
            guard request.method == "GET" else { return nil }
            return ServerResponse(206, headers: [("Content-Range", "bytes 5-9/100")], body: .bytes([1, 2, 3, 4, 5]))
        } _: { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            let error = await StorageRig.failure { try await StorageRig.read(object, 0..<5) }
            #expect(error?.code == .refused)
        }
    }

    @Test(arguments: ["9223372036854775807", "70368744177665"])
    func aSizeThatNoObjectHasIsRefused(size: String) async throws {
        let answers = try RawServer(
            answering: "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"a\"\r\nContent-Length: \(size)\r\n\r\n"
        )
        defer { answers.stop() }
        let error = await StorageRig.failure { try await S3Object(Self.client(answers.host)).open() }
        #expect(error?.code == .refused)
        #expect(error?.message.contains("larger than any object") == true)
    }

    @Test func aStoreWithoutIfMatchIsFoundOut() async throws {
        let whole = "bytes 0-\(Self.bytes.count - 1)/"
        for headers in [
            [("Content-Range", "\(whole)\(Self.bytes.count)"), ("ETag", "\"another\"")],
            [("Content-Range", "\(whole)\(Self.bytes.count + 1)")],
        ] {
            try await Self.withStore { request in
                guard request.method == "GET" else { return nil }
                return ServerResponse(206, headers: headers, body: .bytes(Self.bytes))
            } _: { host, _ in
                let object = try await S3Object(Self.client(host)).open()
                let error = await StorageRig.failure { try await StorageRig.read(object) }
                #expect(error?.code == .changed)
            }
        }
    }

    @Test func aStoreWithoutRangesCanOnlyBeReadWhole() async throws {
        try await Self.withStore { request in
            guard request.method == "GET" else { return nil }
            return ServerResponse(200, headers: [("ETag", FakeS3.etag(Self.bytes))], body: .bytes(Self.bytes))
        } _: { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            #expect(try await StorageRig.read(object) == Self.bytes)
            let error = await StorageRig.failure { try await StorageRig.read(object, 0..<500) }
            #expect(error?.code == .refused)
            #expect(error?.advice?.contains("Range") == true)
        }
    }

    // MARK: Slow stores

    /// More than what is sent byte by byte, and little enough for any machine. Trying again is tested elsewhere.
    static func impatient(_ limits: inout S3Client.Limits) {
        limits.slowest = .init(bytes: 3 << 10, in: .seconds(3))
        limits.retry = RetryPolicy(attempts: 1) { _ in }
    }

    /// The beginning of a range, and then nothing.
    private static func fallingSilent(_ range: String, until end: Latch) -> ServerResponse {
        let body = ServerResponse.Body.stream { writer in
            try await writer.write(Array(bytes.prefix(100_000)))
            try await end.wait()
        }
        return ServerResponse(206, headers: [("Content-Range", range)], body: body)
    }

    @Test func aConnectionThatFallsSilentIsReplaced() async throws {
        let end = Latch()
        let isFirst = Locked(true)
        try await Self.withStore { request in
            guard request.method == "GET", isFirst.withLock({ $0 }) else { return nil }
            isFirst.withLock { $0 = false }
            let range = "bytes 0-\(Self.bytes.count - 1)/\(Self.bytes.count)"
            return Self.fallingSilent(range, until: end)
        } _: { host, store in
            defer { end.open() }
            // So little in so long that only silence is too slow, on however busy a machine.
            let client = Self.client(host) { $0.slowest = .init(bytes: 3, in: .seconds(3)) }
            let object = try await S3Object(client).open()
            #expect(try await StorageRig.read(object) == Self.bytes)
            // The rest, and not what had come already.
            #expect(!store.ranges.isEmpty)
            #expect(store.ranges.allSatisfy { !$0.hasPrefix("bytes=0-") })
        }
    }

    @Test func aStoreThatSendsByteByByteIsGivenUp() async throws {
        let end = Latch()
        try await Self.withStore { request in
            guard request.method == "GET", let range = Self.rest(request) else { return nil }
            let body = ServerResponse.Body.stream { writer in
                while !end.isOpen {
                    try await writer.write([1])
                    try await Task.sleep(for: .milliseconds(50))  // it is the slowness that is tested
                }
            }
            return ServerResponse(206, headers: [("Content-Range", range)], body: body)
        } _: { host, _ in
            defer { end.open() }
            try await Self.expectTooSlow(host)
        }
    }

    /// That reading is given up.
    static func expectTooSlow(_ host: String) async throws {
        let object = try await S3Object(client(host, limits: impatient)).open()
        let error = await StorageRig.failure { try await StorageRig.read(object) }
        #expect(error?.code == .tooSlow)
        #expect(error?.reason == "StorageTooSlow")
    }

    @Test func aStoreThatStopsInTheMiddleIsGivenUp() async throws {
        let end = Latch()
        try await Self.withStore { request in
            guard request.method == "GET", let range = Self.rest(request) else { return nil }
            return Self.fallingSilent(range, until: end)
        } _: { host, _ in
            defer { end.open() }
            try await Self.expectTooSlow(host)
        }
    }

    @Test func theDeadlineOfTheWholeCounts() async throws {
        try await Self.withStore { host, _ in
            let client = Self.client(host) {
                $0.reading = .zero
                $0.assuredSpeed = .max
            }
            let object = try await S3Object(client).open()
            let error = await StorageRig.failure { try await StorageRig.read(object) }
            #expect(error?.code == .tooSlow)
        }
    }

    @Test func aReaderThatIsStoppedEnds() async throws {
        let end = Latch()
        try await Self.withStore { request in
            guard request.method == "GET" else { return nil }
            let body = ServerResponse.Body.stream { _ in try await end.wait() }
            let range = "bytes 0-\(Self.bytes.count - 1)/\(Self.bytes.count)"
            return ServerResponse(206, headers: [("Content-Range", range)], body: body)
        } _: { host, _ in
            defer { end.open() }
            let object = try await S3Object(Self.client(host)).open()
            await #expect(throws: MemorySource.Broken()) { try await StorageRig.stopWhileReading(object) }
        }
    }

    // MARK: Refusals

    @Test func whatIsMissingIsToldApart() async throws {
        try await Self.withStore { host, store in
            let noKey = await StorageRig.failure { try await S3Object(Self.client(host, key: "other.tar")).open() }
            #expect(noKey?.code == .objectNotFound)
            let noBucket = await StorageRig.failure { try await S3Object(Self.client(host, bucket: "other")).open() }
            #expect(noBucket?.code == .bucketNotFound)
            let region = await StorageRig.failure { try await S3Object(Self.client(host, region: "us-east-1")).open() }
            #expect(region?.code == .wrongRegion)
            #expect(region?.advice == "set the region to eu-west-1")
        }
    }

    @Test func wrongKeysAreToldApart() async throws {
        try await Self.withStore { host, _ in
            for (accessKey, secretKey) in [("OTHER", "example-secret"), ("EXAMPLEKEY", "wrong-secret")] {
                let provider = StaticCredentials(S3Credentials(accessKey: accessKey, secretKey: Secret(secretKey)))
                let error = await StorageRig.failure { try await S3Object(Self.client(host, provider)).open() }
                #expect(error?.code == .invalidCredentials)
                #expect(!"\(error.map { "\($0)" } ?? "")".contains(secretKey))
            }
        }
    }

    /// Of a Secret that was made of files.
    @Test func keysMayEndWithALineBreak() async throws {
        try await Self.withStore { host, _ in
            let provider = StaticCredentials(
                S3Credentials(accessKey: "EXAMPLEKEY\n", secretKey: Secret("example-secret\r\n"))
            )
            let object = try await S3Object(Self.client(host, provider)).open()
            #expect(object.size == Int64(Self.bytes.count))
        }
    }

    @Test func whatCannotBeSentIsNotTriedAgain() async throws {
        let pauses = Recorder<Duration>()
        try await Self.withStore { host, store in
            let keys = StaticCredentials(S3Credentials(accessKey: "EXAMPLE\nKEY", secretKey: Secret("x")))
            let client = Self.client(host, keys) { $0.retry = RetryPolicy(attempts: 3) { pauses.record($0) } }
            let error = await StorageRig.failure { try await S3Object(client).open() }
            #expect(error?.code == .invalidCredentials)
            let nowhere = Self.client("a b") { $0.retry = RetryPolicy(attempts: 3) { pauses.record($0) } }
            #expect(await StorageRig.failure { try await S3Object(nowhere).open() }?.code == .invalidAddress)
            #expect(store.requests.isEmpty)
        }
        #expect(pauses.all.isEmpty)
    }

    @Test func aStoreIsLeftAloneAsLongAsItAsks() async throws {
        let pauses = Recorder<Duration>()
        let answers = Locked(0)
        try await Self.withStore { _ in
            let number = answers.withLock { answers in
                answers += 1
                return answers
            }
            // HEAD, and the GET that asks why.
            return number <= 2 ? ServerResponse(503, headers: [("Retry-After", "9")]) : nil
        } _: { host, _ in
            let client = Self.client(host) { $0.retry = RetryPolicy(attempts: 3) { pauses.record($0) } }
            _ = try await S3Object(client).open()
        }
        #expect(pauses.all == [.seconds(9)])
    }

    /// Not as often as the store may be asked, each time.
    @Test func credentialsAreAskedForAsOftenAsTheirOwnServiceMayBe() async throws {
        let asked = Recorder<String>()
        try await withServer { request in
            asked.record(request.path)
            return ServerResponse(503)
        } _: { service in
            let provider = EnvironmentCredentialsTests.provider([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://\(service)/v1/credentials"
            ])
            let error = await StorageRig.failure { try await S3Object(Self.client("localhost:1", provider)).open() }
            #expect(error?.code == .unreachable)
        }
        #expect(asked.all.count == 2)
    }

    @Test func aStoreThatFailsForAMomentIsAskedAgain() async throws {
        let failures = Locked(0)
        try await Self.withStore { _ in
            let number = failures.withLock { failures in
                failures += 1
                return failures
            }
            // HEAD, and the GET that asks why.
            return number <= 4 ? FakeS3.error(503, "SlowDown") : nil
        } _: { host, _ in
            let object = try await S3Object(Self.client(host)).open()
            #expect(object.size == Int64(Self.bytes.count))
        }
    }

    @Test func aStoreThatIsNotThereIsUnreachable() async throws {
        let host = try await Self.withStore { host, _ in host }
        let error = await StorageRig.failure { try await S3Object(Self.client(host)).open() }
        #expect(error?.code == .unreachable)
        #expect(error?.isWorthRetrying == true)
    }

    @Test func credentialsThatHaveRunOutAreFetchedAgain() async throws {
        final class Provider: CredentialsProvider {
            let refusals = Locked(0)

            func credentials() -> S3Credentials {
                var credentials = FakeS3.credentials
                credentials.token = Secret(refusals.withLock { $0 } == 0 ? "old" : "new")
                return credentials
            }

            func refused() { refusals.withLock { $0 += 1 } }
        }
        var fresh = FakeS3.credentials
        fresh.token = Secret("new")
        let provider = Provider()
        try await Self.withStore(FakeS3("eu-west-1", fresh)) { host, _ in
            let object = try await S3Object(Self.client(host, provider)).open()
            #expect(object.size == Int64(Self.bytes.count))
            #expect(provider.refusals.withLock { $0 } == 1)
        }
    }
}
