// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import ObjectStorage
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

@Suite(.timeLimit(.minutes(5)))
struct TransferDeadlineTests {
    @Test func itGrowsWithTheArchiveAndEnds() {
        let deadline = TransferDeadline()
        #expect(deadline.limit(for: 0) == .seconds(900))
        #expect(deadline.limit(for: 1 << 30) == .seconds(900 + 4096))
        #expect(deadline.limit(for: 10 << 30) < .seconds(12 * 3600))
        #expect(deadline.limit(for: 1 << 40) == .seconds(12 * 3600))
        #expect(deadline.limit(for: nil) == .seconds(12 * 3600))
    }

    @Test(arguments: [true, false]) func anAttemptThatTakesTooLongIsGivenUp(isStream: Bool) async throws {
        let archive = try ImageBuilder.ordinary.archive()
        var deadline = TransferDeadline()
        (deadline.base, deadline.longest) = (.milliseconds(200), .milliseconds(200))
        let end = Latch()
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            if request.method == "PATCH" { try? await end.wait() }
            return nil
        } _: { [deadline] target, fake in
            defer { end.open() }
            let job = ImageTransferJob(source: MemorySource(archive, isStream: isStream), target: target)
            let transfer = ImageTransfer(HTTPClient(), limits: TransferRig.limits, deadline: deadline)
            let error = await TransferRig.failure { try await transfer.transfer(job) }
            #expect(error?.code == .tooSlow)
            #expect(error?.reason == "ImageTransferTooSlow")
            #expect(fake.manifests.isEmpty)
        }
    }

    @Test func lookingForAnImageThatIsThereHasADeadline() async throws {
        let archive = try ImageBuilder.ordinary.archive()
        var deadline = TransferDeadline()
        deadline.listing = .milliseconds(200)
        let end = Latch()
        let isSilent = Locked(false)
        try await TransferRig.withRegistry(FakeRegistry()) { request in
            if isSilent.withLock({ $0 }), request.method == "HEAD" { try? await end.wait() }
            return nil
        } _: { [deadline] target, _ in
            defer { end.open() }
            let source = MemorySource(archive, version: "1")
            let first = try await TransferRig.transfer(source, target)
            isSilent.withLock { $0 = true }
            let transfer = ImageTransfer(HTTPClient(), limits: TransferRig.limits, deadline: deadline)
            let previous = ImageTransferJob.Previous(version: "1", digest: first.digest)
            let error = await TransferRig.failure {
                try await transfer.transfer(ImageTransferJob(source: source, target: target), previous: previous)
            }
            #expect(error?.code == .tooSlow)
            #expect(error?.message.contains("looking whether the registry has") == true)
        }
    }

    @Test func findingOutWhatIsThereHasADeadlineOfItsOwn() async throws {
        var deadline = TransferDeadline()
        deadline.listing = .milliseconds(100)
        try await TransferRig.withRegistry { [deadline] target, _ in
            let transfer = ImageTransfer(HTTPClient(), limits: TransferRig.limits, deadline: deadline)
            let error = await TransferRig.failure {
                try await transfer.transfer(ImageTransferJob(source: SilentSource(), target: target))
            }
            #expect(error?.code == .tooSlow)
            #expect(error?.message.contains("finding out") == true)
        }
    }
}

/// Has a size and never says more.
private struct SilentSource: ByteSource, OpenBytes {
    var size: Int64? { 1 << 20 }
    var version: String? { nil }
    var isRandomAccess: Bool { true }
    var description: String { "the archive" }

    func open() -> any OpenBytes { self }

    func read(_ range: Range<Int64>) async throws -> [UInt8] {
        try await Latch().wait()
        return []
    }

    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value {
        throw MemorySource.Broken()
    }
}
