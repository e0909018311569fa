// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import ObjectStorage
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

/// From the test bed's S3 server into its registry: real ones, which know more ways to refuse than ours.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RealServersTests {
    static func source(_ store: Service, secretKey: String = Service.password, bucket: String = "images") -> S3Object {
        let location = S3Location(bucket: bucket, key: "team/worker.tar", region: "us-east-1", endpoint: store.address)
        let credentials = S3Credentials(accessKey: Service.user, secretKey: Secret(secretKey))
        let tls = TLSMaterial(authorities: store.authority)
        return S3Object(S3Client(HTTPClient(), location, StaticCredentials(credentials), tls: tls))
    }

    static func job(_ source: any ByteSource, _ registry: Service, password: String?) throws -> ImageTransferJob {
        ImageTransferJob(
            source: source,
            target: try ImageReference(parsing: "\(registry.host)/kafka/worker:1.0"),
            access: RegistryAccess(
                credentials: password.map { .password(user: Service.user, password: Secret($0)) },
                endpoints: try RegistryEndpoints(parsing: "\(registry.host)=\(registry.address)"),
                tls: TLSMaterial(authorities: registry.authority)
            )
        )
    }

    static func transfer(
        _ job: ImageTransferJob,
        previous: ImageTransferJob.Previous? = nil
    ) async throws -> ImageTransferOutcome {
        try await ImageTransfer(HTTPClient(), limits: TransferRig.limits).transfer(job, previous: previous)
    }

    @Test(.rows(21, 24, 28, 29), arguments: [["--tls", "--auth"], ["--auth"], []])
    func anImageGoesFromTheStoreIntoTheRegistry(options: [String]) async throws {
        let isEncrypted = options.contains("--tls")
        let password = options.contains("--auth") ? Service.password : nil
        let image = ImageBuilder.ordinary
        let archive = try image.archive()
        try await Service.with("s3", isEncrypted ? ["--tls"] : []) { store in
            try await store.put(archive, bucket: "images", key: "team/worker.tar")
            try await Service.with("registry", options) { registry in
                let job = try Self.job(Self.source(store), registry, password: password)
                let first = try await Self.transfer(job)
                #expect(first.layers.map(\.wasThere) == [false, false, false])
                // The manifest, the configuration and the layers, equal ones once.
                #expect(registry.blobs == 2 + Set(image.layers).count)

                // By the ETag: nothing is read.
                let version = try #require(first.version)
                let previous = ImageTransferJob.Previous(version: version, digest: first.digest)
                let second = try await Self.transfer(job, previous: previous)
                #expect(second.wasUnchanged)

                // By what the registry has under the tag, if that is trusted: nothing is sent.
                var trusting = job
                trusting.trustsTarget = true
                let uploads = try registry.requests("POST")
                let third = try await Self.transfer(trusting)
                #expect(third.digest == first.digest)
                #expect(third.bytesSent == 0)
                #expect(try registry.requests("POST") == uploads)
            }
        }
    }

    @Test(.rows(28), arguments: [nil, "wrong"] as [String?])
    func aRegistryThatDoesNotKnowUsIsTold(password: String?) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await Service.with("registry", ["--tls", "--auth"]) { registry in
            let job = try Self.job(MemorySource(archive), registry, password: password)
            let error = await TransferRig.failure { try await Self.transfer(job) }
            #expect(error?.code == .registryUnauthorized)
            #expect(error?.advice?.contains("pushSecret") == true)
            #expect(error.map { "\($0)".contains("wrong") } == false)
            #expect(registry.blobs == 0)
        }
    }

    @Test func aCertificateOfAnUnknownAuthorityIsNotTrusted() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await Service.with("registry", ["--tls", "--auth"]) { registry in
            var job = try Self.job(MemorySource(archive), registry, password: Service.password)
            job.access.tls = TLSMaterial()
            let error = await TransferRig.failure { try await Self.transfer(job) }
            #expect(error?.code == .registryUnreachable)
            #expect(error?.message.contains("certificate") == true)
        }
    }

    @Test func everyRefusalOfTheStoreHasItsReason() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        try await Service.with("s3", ["--tls"]) { store in
            try await store.put(archive, bucket: "images", key: "team/other.tar")
            try await Service.with("registry", []) { registry in
                func reason(_ source: S3Object) async throws -> String? {
                    let job = try Self.job(source, registry, password: nil)
                    do {
                        _ = try await Self.transfer(job)
                        return nil
                    } catch let error as StorageError {
                        return error.reason
                    }
                }
                let reasons = [
                    try await reason(Self.source(store)),
                    try await reason(Self.source(store, bucket: "nowhere")),
                    try await reason(Self.source(store, secretKey: "wrong")),
                ]
                #expect(reasons == ["ObjectNotFound", "BucketNotFound", "InvalidCredentials"])
                #expect(registry.blobs == 0)
            }
        }
    }

    /// Both sides over TLS, and a connection that is cut in the middle of the third layer.
    @Test func aSecondTrySendsOnlyWhatIsMissing() async throws {
        let archive = try TransferRig.largeArchive()
        try await Service.with("registry", ["--tls", "--auth"]) { registry in
            let brought = Locked<[ImageTransferOutcome.Layer]>([])
            let broken = try Self.job(
                MemorySource(archive, failsAt: 9_000_000),
                registry,
                password: Service.password
            )
            await #expect(throws: MemorySource.Broken()) {
                _ = try await ImageTransfer(HTTPClient(), limits: TransferRig.limits).transfer(broken) { progress in
                    brought.withLock { $0 = progress.layers }
                }
            }
            let before = brought.withLock { $0 }
            var whole = try Self.job(MemorySource(archive), registry, password: Service.password)
            whole.knownLayers = before
            let uploads = try registry.requests("PATCH")
            let outcome = try await Self.transfer(whole)
            let sent = outcome.layers.count { !$0.wasThere }
            #expect(sent == outcome.layers.count - before.count)
            #expect(try registry.requests("PATCH") - uploads == sent)
        }
    }
}
