// SPDX-License-Identifier: Apache-2.0

import Basics
import Crypto
import HTTPClient
import HTTPServer
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

@Suite(.timeLimit(.minutes(5)))
struct RegistryTests {
    static let me = RegistryCredentials.password(user: "me", password: Secret("p:w"))

    static func registry(
        _ target: ImageReference,
        _ credentials: RegistryCredentials? = nil,
        retry: RetryPolicy = TransferRig.limits.retry
    ) -> Registry {
        var limits = TransferRig.limits
        limits.retry = retry
        return Registry(HTTPClient(), target, RegistryAccess(credentials: credentials), limits: limits)
    }

    // MARK: Who asks

    @Test(
        .rows(28),
        arguments: [
            (FakeRegistry.Door.basic(user: "me", password: "p:w"), me), (.bearer(user: "me", password: "p:w"), me),
            (.identity("refresh"), .identityToken(Secret("refresh"))),
        ]
    )
    func rightCredentialsAreAccepted(door: FakeRegistry.Door, key: RegistryCredentials) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        for isStream in [true, false] {
            try await TransferRig.withRegistry(FakeRegistry(door)) { target, fake in
                _ = try await TransferRig.transfer(MemorySource(archive, isStream: isStream), target) {
                    $0.access.credentials = key
                }
                #expect(fake.manifests["1.0"] != nil)
                // One token for everything.
                #expect(fake.requests.count { $0.contains("/token") } <= 1)
            }
        }
    }

    @Test(arguments: [FakeRegistry.Door.basic(user: "me", password: "pw"), .bearer(user: "me", password: "pw")])
    func wrongCredentialsAreRefusedAndThePasswordIsNotShown(door: FakeRegistry.Door) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        for key in [nil, Self.me] {
            try await TransferRig.withRegistry(FakeRegistry(door)) { target, fake in
                let error = await TransferRig.failure {
                    try await TransferRig.transfer(MemorySource(archive), target) { $0.access.credentials = key }
                }
                #expect(error?.code == .registryUnauthorized)
                #expect(error?.reason == "RegistryUnauthorized")
                #expect(error?.advice?.contains("pushSecret") == true)
                #expect(!"\(error.map { "\($0)" } ?? "")".contains("p:w"))
                #expect(fake.manifests.isEmpty)
            }
        }
    }

    @Test func aTokenThatIsNoLongerTakenIsReplaced() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        let fake = FakeRegistry(.bearer(user: "me", password: "p:w"))
        let isFirst = Locked(true)
        try await TransferRig.withRegistry(fake) { request in
            // The end of an upload carries nothing that could not be sent again.
            guard request.method == "PUT", isFirst.withLock({ $0 }) else { return nil }
            isFirst.withLock { $0 = false }
            fake.forgetTokens()
            return nil
        } _: { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target) { $0.access.credentials = Self.me }
            #expect(fake.manifests["1.0"] != nil)
        }
        #expect(fake.requests.count { $0.contains("/token") } > 1)
    }

    /// What was sent with it is gone, so the layer is made again.
    @Test func aTokenThatIsRefusedWithALayerIsReplacedOnce() async throws {
        let archive = try ImageBuilder([ImageBuilder.textLayer()]).archive()
        for lastsFor in [1, Int.max] {
            let fake = FakeRegistry(.bearer(user: "me", password: "p:w"))
            let refusals = Locked(0)
            try await TransferRig.withRegistry(fake) { request in
                guard request.method == "PATCH" else { return nil }
                let count = refusals.withLock { refusals in
                    refusals += 1
                    return refusals
                }
                if count <= lastsFor { fake.forgetTokens() }
                return nil
            } _: { target, fake in
                let transfer = { @Sendable in
                    try await TransferRig.transfer(MemorySource(archive), target) { $0.access.credentials = Self.me }
                }
                if lastsFor == 1 {
                    _ = try await transfer()
                    #expect(fake.manifests["1.0"] != nil)
                } else {
                    #expect(await TransferRig.failure(transfer)?.code == .registryUnauthorized)
                }
            }
            #expect(refusals.withLock { $0 } == 2)
        }
    }

    @Test func aTokenServerIsAskedForThisRepositoryAndService() async throws {
        let fake = FakeRegistry(.bearer(user: "me", password: "p:w"))
        try await TransferRig.withRegistry(fake) { target, _ in
            let registry = Self.registry(target, Self.me)
            let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash([1])), size: 1)
            let isThere = try await registry.has(blob)
            #expect(isThere == false)
        }
        let token = fake.requests.first { $0.contains("/token") }
        #expect(token == "GET /token scope=repository%3Akafka%2Fworker%3Apull%2Cpush&service=a%2C%20registry")
    }

    @Test func aTokenServerWithoutTLSGetsNoPasswordOfARegistryWithTLS() async throws {
        let authentication = RegistryAuthentication(
            HTTPClient(),
            origin: "https://registry.example",
            access: RegistryAccess(credentials: Self.me)
        )
        let asked = try await withServer { _ in
            ServerResponse(401, headers: [("WWW-Authenticate", #"Bearer realm="http://evil.example/token""#)])
        } _: { host in
            try await HTTPClient().send(HTTPRequest("GET", "http://\(host)/"))
        }
        let scope = RegistryAuthentication.Scope(repository: "a", actions: .pull)
        #expect(authentication.refused(asked, scope))
        let error = await TransferRig.failure { try await authentication.authorization(for: scope) }
        #expect(error?.code == .registryUnauthorized)
    }

    // MARK: Where uploads go

    @Test func anUploadMayGoToAnotherHostButTheCredentialsDoNot() async throws {
        let seen = Recorder<String>()
        try await withServer { request in
            seen.record("\(request.method) \(request.header("authorization") ?? "nobody")")
            switch request.method {
            case "PATCH": return ServerResponse(202, headers: [("Location", request.path)])
            default: return ServerResponse(201)
            }
        } _: { other in
            let fake = FakeRegistry(.basic(user: "me", password: "p:w"))
            try await TransferRig.withRegistry(fake) { request in
                guard request.method == "POST", request.header("authorization") != nil else { return nil }
                return ServerResponse(202, headers: [("Location", "http://\(other)/elsewhere?state=1")])
            } _: { target, _ in
                let registry = Self.registry(target, Self.me)
                let bytes = [UInt8](repeating: 7, count: 1000)
                let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash(bytes)), size: 1000)
                let pieces = Locked<[[UInt8]]>([bytes])
                let sent = try await registry.upload(madeFrom: 1000) {
                    pieces.withLock { $0.popLast() }
                } descriptor: {
                    blob
                }
                #expect(sent == blob)
            }
        }
        #expect(seen.all == ["PATCH nobody", "PUT nobody"])
    }

    @Test func anotherHostThatWantsCredentialsIsNamed() async throws {
        let archive = try ImageBuilder([ImageBuilder.textLayer()]).archive()
        try await withServer { _ in
            ServerResponse(401, headers: [("WWW-Authenticate", #"Basic realm="other""#)])
        } _: { other in
            try await TransferRig.withRegistry(FakeRegistry(.basic(user: "me", password: "p:w"))) { request in
                guard request.method == "POST", request.header("authorization") != nil else { return nil }
                return ServerResponse(202, headers: [("Location", "http://\(other)/elsewhere?state=1")])
            } _: { target, _ in
                let error = await TransferRig.failure {
                    try await TransferRig.transfer(MemorySource(archive), target) { $0.access.credentials = Self.me }
                }
                #expect(error?.code == .registryUnauthorized)
                #expect(error?.message.contains("PATCH http://\(other)/elsewhere was answered with 401") == true)
                #expect(error?.advice?.contains("outside address") == true)
            }
        }
    }

    @Test func theRegistryIsItselfHoweverItsNameIsWritten() async throws {
        let fake = FakeRegistry(.basic(user: "me", password: "p:w"))
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(fake) { request in
            guard request.method == "POST", request.header("authorization") != nil else { return nil }
            let host = request.header("host")?.lowercased() ?? ""
            let path = fake.handle(request).headers.first { $0.name == "Location" }?.value ?? ""
            return ServerResponse(202, headers: [("Location", "HTTP://\(host)\(path)")])
        } _: { target, fake in
            let endpoints = try RegistryEndpoints(parsing: "\(target.registry)=http://\(target.registry.uppercased())")
            _ = try await TransferRig.transfer(MemorySource(archive), target) {
                $0.access.credentials = Self.me
                $0.access.endpoints = endpoints
            }
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    @Test func fromTLSThereIsNoWayToPlainText() throws {
        let registry = Registry(HTTPClient(), try ImageReference(parsing: "registry.example/a"), RegistryAccess())
        let asked = try #require(HTTPAddress("https://registry.example/y"))
        #expect(throws: ImageTransferError.self) { try registry.address("http://registry.example/x", from: asked) }
    }

    @Test func aBlobThatIsKeptElsewhereIsFollowedWithoutCredentials() async throws {
        let bytes = Array("{}".utf8)
        let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash(bytes)), size: 2)
        try await withServer { request in
            guard request.header("authorization") == nil, request.query == "signature=1" else {
                return ServerResponse(400)
            }
            return ServerResponse(200, headers: [], body: .bytes(bytes))
        } _: { other in
            try await TransferRig.withRegistry(FakeRegistry(.basic(user: "me", password: "p:w"))) { request in
                guard request.method == "GET", request.header("authorization") != nil else { return nil }
                return ServerResponse(307, headers: [("Location", "http://\(other)/blob?signature=1")])
            } _: { target, _ in
                let registry = Self.registry(target, Self.me)
                let received = try await registry.blob(blob)
                #expect(received == bytes)
            }
        }
    }

    /// The first PUT ends the upload, but its answer is lost and the blob is not seen at once; the second finds no upload.
    @Test func anUploadThatHasEndedIsNotMissed() async throws {
        let bytes = Array("a blob".utf8)
        let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash(bytes)), size: 6)
        let fake = FakeRegistry()
        let seen = Locked<[String: Int]>([:])
        try await TransferRig.withRegistry(fake) { request in
            let count = seen.withLock { seen in
                seen[request.method, default: 0] += 1
                return seen[request.method] ?? 0
            }
            switch (request.method, count) {
            case ("PUT", 1):
                _ = fake.handle(request)
                return ServerResponse(503)
            case ("HEAD", 1): return ServerResponse(404)
            default: return nil
            }
        } _: { target, fake in
            let registry = Self.registry(target)
            let pieces = Locked<[[UInt8]]>([bytes])
            let sent = try await registry.upload(madeFrom: 6) {
                pieces.withLock { $0.popLast() }
            } descriptor: {
                blob
            }
            #expect(sent == blob)
            #expect(fake.blobs["\(blob.digest)"] == bytes)
        }
    }

    @Test func redirectionsInACircleEnd() async throws {
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            ServerResponse(307, headers: [("Location", request.path)])
        } _: { target, fake in
            let registry = Self.registry(target)
            let error = await TransferRig.failure { try await registry.manifest("1.0") }
            #expect(error?.code == .registryRefused)
        }
    }

    @Test func aBlobThatIsNotItsDigestIsRefused() async throws {
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            request.method == "GET" ? ServerResponse(200, text: "something else") : nil
        } _: { target, _ in
            let registry = Self.registry(target)
            let digest = Digest(hash: SHA256.hash([1]))
            let blob = await TransferRig.failure {
                try await registry.blob(Descriptor(type: "", digest: digest, size: 1))
            }
            #expect(blob?.code == .registryDigestMismatch)
            let manifest = await TransferRig.failure { try await registry.manifest("\(digest)") }
            #expect(manifest?.code == .registryDigestMismatch)
        }
    }

    // MARK: Trying again

    /// Not as often as its own number of tries times that of the layer it belongs to.
    @Test(arguments: ["POST", "PUT"]) func aStepIsTriedAgainByOneOnly(method: String) async throws {
        let archive = try ImageBuilder([ImageBuilder.textLayer()]).archive()
        let tries = Recorder<String>()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == method else { return nil }
            tries.record(request.path)
            return FakeRegistry.error(503, "UNAVAILABLE")
        } _: { target, _ in
            let error = await TransferRig.failure { try await TransferRig.transfer(MemorySource(archive), target) }
            #expect(error?.code == .registryFailing)
        }
        #expect(tries.all.count == 3)
    }

    @Test func aRegistryIsLeftAloneAsLongAsItAsks() async throws {
        let isFirst = Locked(true)
        let pauses = Recorder<Duration>()
        try await TransferRig.withRegistry(FakeRegistry()) { _ in
            let isBusy = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            return isBusy ? ServerResponse(429, headers: [("Retry-After", "7")]) : nil
        } _: { target, _ in
            let registry = Self.registry(target, retry: RetryPolicy(attempts: 3) { pauses.record($0) })
            let manifest = try await registry.manifest("1.0")
            #expect(manifest == nil)
        }
        #expect(pauses.all == [.seconds(7)])
    }

    @Test func anUploadThatIsLostBeginsAnew() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        let ends = Recorder<String>()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "PUT", request.path.contains("uploads") else { return nil }
            ends.record(request.path)
            return ends.all.dropFirst().first == request.path ? FakeRegistry.error(404, "BLOB_UPLOAD_UNKNOWN") : nil
        } _: { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
        }
        // Two different layers and the configuration, and one of them again; none is ended twice at one address.
        #expect(ends.all.count == 4)
        #expect(Set(ends.all).count == 4)
    }

    @Test func whoeverProducesHearsOfAFailureBeforeTheUploadIsTakenBack() async throws {
        let order = Recorder<String>()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            if request.method == "DELETE" { order.record("taken back") }
            return request.method == "PATCH" ? FakeRegistry.error(403, "DENIED") : nil
        } _: { target, _ in
            let pieces = Locked<[[UInt8]]>([[1]])
            let error = await TransferRig.failure {
                try await Self.registry(target).upload(madeFrom: 1) {
                    pieces.withLock { $0.popLast() }
                } descriptor: {
                    Descriptor(type: "", digest: Digest(hash: SHA256.hash([1])), size: 1)
                } failed: { _ in
                    order.record("told")
                }
            }
            #expect(error?.code == .registryForbidden)
        }
        #expect(order.all == ["told", "taken back"])
    }

    /// Taking an upload back may need a token. Waiting for each as for other tokens would outlast the time limit.
    @Test(.timeLimit(.minutes(2))) func aTokenServerThatHangsDoesNotHoldUpWhoHasFailed() async throws {
        let bytes = Array("a blob".utf8)
        let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash(bytes)), size: 6)
        let (tokens, end) = (Locked<Set<Substring>>([]), Latch())
        try await TransferRig.withRegistry(FakeRegistry(.bearer(user: "me", password: "p:w"))) { request in
            switch (request.method, request.path) {
            case ("PUT", _): return ServerResponse(503)
            case ("DELETE", _):
                let challenge = #"Bearer realm="http://\#(request.header("host") ?? "")/token""#
                return ServerResponse(401, headers: [("WWW-Authenticate", challenge)])
            case (_, "/token"):
                // The first of a repository is for its upload, any other for taking that back.
                let scope = request.query.prefix { $0 != "&" }
                let isFirst = tokens.withLock { $0.insert(scope).inserted }
                if !isFirst { try? await end.wait() }
                return nil
            default: return nil
            }
        } _: { target, fake in
            defer { end.open() }
            var limits = TransferRig.limits
            (limits.abandon, limits.retry.attempts) = (.milliseconds(100), 1)
            for round in 1...5 {
                let repository = try ImageReference(parsing: "\(target.registry)/kafka/worker-\(round):1.0")
                let access = RegistryAccess(credentials: Self.me)
                let registry = Registry(HTTPClient(), repository, access, limits: limits)
                let error = await TransferRig.failure { try await registry.upload(bytes, blob) }
                #expect(error?.code == .registryFailing)
            }
            #expect(fake.requests.count { $0.hasPrefix("POST") && $0.contains("uploads") } == 5)
        }
    }

    // MARK: Over TLS

    @Test(.rows(28)) func aRegistryWithAnAuthorityOfItsOwnIsTrustedWhenItIsGiven() async throws {
        let certificate = try await SelfSignedCertificate(for: "localhost")
        let archive = try ImageBuilder.ordinary.archive()
        let fake = FakeRegistry()
        try await withServer(fake.handle) { configuration in
            configuration.certificate = certificate.certificate
            configuration.privateKey = certificate.privateKey
        } _: { host in
            let target = try ImageReference(parsing: "\(host)/kafka/worker:1.0")
            let endpoints = try RegistryEndpoints(parsing: "\(host)=https://\(host)")
            _ = try await TransferRig.transfer(MemorySource(archive), target) {
                $0.access.endpoints = endpoints
                $0.access.tls = TLSMaterial(authorities: certificate.certificate)
            }
            #expect(fake.manifests["1.0"] != nil)
            let error = await TransferRig.failure {
                try await TransferRig.transfer(MemorySource(archive), target) { $0.access.endpoints = endpoints }
            }
            #expect(error?.code == .registryUnreachable)
        }
    }

    // MARK: Refusals

    @Test func aMessageIsShortAndHarmlessWhateverItQuotes() {
        let error = ImageTransferError(.registryRefused, "\u{1b}]a" + String(repeating: "\u{301}", count: 100_000))
        #expect(error.message.utf8.count <= 2048)
        #expect(error.message.unicodeScalars.starts(with: "]a".unicodeScalars))
    }

    @Test(arguments: [403, 405]) func whoMayPushNeedNotBeAllowedToAsk(status: Int) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            request.method == "HEAD" ? ServerResponse(status) : nil
        } _: { target, fake in
            let outcome = try await TransferRig.transfer(MemorySource(archive), target)
            fake.forgetRequests()
            let again = try await TransferRig.transfer(MemorySource(archive), target) {
                $0.knownLayers = outcome.layers
            }
            #expect(again.digest == outcome.digest, "\(again.layers) instead of \(outcome.layers)")
        }
    }

    @Test(arguments: [403, 405], ["HEAD", "GET"])
    func whatMayNotBeAskedForIsBelievedToBeThereStill(status: Int, method: String) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            request.method == method ? FakeRegistry.error(status, "DENIED") : nil
        } _: { target, fake in
            let first = try await TransferRig.transfer(MemorySource(archive, version: "1"), target)
            let previous = ImageTransferJob.Previous(version: "1", digest: first.digest)
            let source = MemorySource(archive, version: "1")
            let second = try await TransferRig.transfer(source, target, previous: previous)
            #expect(second.wasUnchanged && second.digest == first.digest)
            #expect(source.bytesTaken == 0)
        }
    }

    /// Whoever may push and not ask cannot find out whether the end of an upload has worked all the same.
    @Test(arguments: [1, Int.max])
    func aRegistryThatFailsForWhoeverMayOnlyPushHasFailed(lastsFor: Int) async throws {
        let bytes = Array("a blob".utf8)
        let blob = Descriptor(type: "", digest: Digest(hash: SHA256.hash(bytes)), size: 6)
        let ends = Recorder<String>()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            if request.method == "HEAD" { return FakeRegistry.error(403, "DENIED") }
            guard request.method == "PUT" else { return nil }
            ends.record(request.path)
            return ends.all.count <= lastsFor ? ServerResponse(503) : nil
        } _: { target, fake in
            let registry = Self.registry(target)
            guard lastsFor == .max else {
                try await registry.upload(bytes, blob)
                return #expect(fake.blobs["\(blob.digest)"] == bytes)
            }
            let error = await TransferRig.failure { try await registry.upload(bytes, blob) }
            #expect(error?.code == .registryFailing)
            #expect(error?.message.contains("was answered with 503") == true)
        }
    }

    /// As proxies refuse what is too large for them: they close over their own words, or never end them.
    @Test(arguments: [true, false], [(413, "RegistryRefused"), (507, "RegistryOutOfSpace")] as [(Int, String)])
    func aRefusalThatIsCutOffIsStillOne(isSilent: Bool, refusal: (status: Int, reason: String)) async throws {
        let archive = try ImageBuilder([ImageBuilder.textLayer()]).archive()
        let tries = Recorder<String>()
        let end = Latch()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            guard request.method == "PATCH" else { return nil }
            tries.record(request.path)
            return ServerResponse(
                refusal.status,
                body: .stream { writer in
                    try await writer.write(Array("{\"errors\"".utf8))
                    if isSilent { try await end.wait() }
                    throw MemorySource.Broken()
                }
            )
        } _: { target, _ in
            defer { end.open() }
            var limits = TransferRig.limits
            limits.answer = .seconds(2)
            let transfer = ImageTransfer(HTTPClient(), limits: limits)
            let job = ImageTransferJob(source: MemorySource(archive), target: target)
            let error = await TransferRig.failure { try await transfer.transfer(job) }
            #expect(error?.reason == refusal.reason)
            #expect(error?.message.contains("was answered with \(refusal.status)") == true)
        }
        #expect(tries.all.count == 1)
    }

    @Test(
        arguments: [
            (401, "UNAUTHORIZED", "RegistryUnauthorized"), (403, "DENIED", "RegistryForbidden"),
            (400, "DENIED", "RegistryForbidden"),
            (404, "NAME_UNKNOWN", "ImageNotFound"), (429, "TOOMANYREQUESTS", "RegistryThrottled"),
            (500, "UNKNOWN", "RegistryFailing"),
            (507, "", "RegistryOutOfSpace"), (400, "DIGEST_INVALID", "RegistryDigestMismatch"),
            (400, "MANIFEST_INVALID", "RegistryRefused"),
            (413, "", "RegistryRefused"), (404, "BLOB_UPLOAD_UNKNOWN", "RegistryFailing"),
            (400, "BLOB_UPLOAD_INVALID", "RegistryFailing"),
        ]
    )
    func everyRefusalHasItsReason(status: Int, code: String, reason: String) throws {
        let body = code.isEmpty ? "" : #"{"errors":[{"code":"\#(code)","message":"why\nnot"}]}"#
        let asked = try #require(HTTPAddress("http://r/v2/a"))
        let answer = Registry.Answer(status: status, headers: [], body: Array(body.utf8), url: asked)
        let error = RegistryRefusal(answer).error("PUT http://r/v2/a", "http://r")
        #expect(error.reason == reason)
        #expect(error.message.contains("PUT http://r/v2/a was answered with \(status)"))
        #expect(code.isEmpty || error.message.contains("\(code): whynot"))
    }
}
