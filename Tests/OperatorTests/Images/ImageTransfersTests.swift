// SPDX-License-Identifier: Apache-2.0

import Basics
import Planning
import TestSupport
import Testing

@testable import Operator

@Suite(.timeLimit(.minutes(5)))
struct ImageTransfersTests {
    let clock = ManualClock()
    let outcome = ObtainedImage(digest: someDigest("a"), etag: "\"1\"", containsKittiwake: true)

    func transfers(
        limit: Int,
        _ transfer: @escaping ImageTransfers<ManualClock>.Transfer,
        changed: @escaping @Sendable (ImageSlot) -> Void
    ) -> ImageTransfers<ManualClock> {
        ImageTransfers(limit: limit, recheck: .seconds(300), clock: clock, transfer: transfer, changed: changed)
    }

    @Test func aFailedTransferIsTriedAgainUntilTheImageIsThere() async {
        let attempts = Recorder<String>()
        let changes = Recorder<String>()
        let transfers = transfers(limit: 2) { [outcome] wanted, _, _ in
            attempts.record(wanted.key)
            if attempts.all.count < 3 { throw ImageFailure(reason: "StorageUnreachable", message: "no answer") }
            return outcome
        } changed: {
            changes.record($0.resource.name)
        }
        transfers.want("image", in: "a", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            for count in 1...2 {
                await changes.wait(for: count)
                await until { clock.sleeperCount > 0 }
                clock.advance(by: .seconds(400))
            }
            await changes.wait(for: 3)
            #expect(transfers.wanted(in: "a")?.state == .present(outcome))
            cancel()
        }
    }

    @Test func forgettingEndsATransferThatHangs() async {
        let began = Latch()
        let ended = Latch()
        let transfers = transfers(limit: 1) { _, _, _ in
            began.open()
            defer { ended.open() }
            try await Latch().wait()  // for ever, unless cancelled
            throw CancellationError()
        } changed: { _ in
            Issue.record("a cancelled transfer changes nothing")
        }
        transfers.want("image", in: "a", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            try? await began.wait()
            transfers.forget("a")
            try? await ended.wait()
            cancel()
        }
        #expect(transfers.wanted(in: "a")?.state == nil)
    }

    @Test func whatWasCutOffBeginsAnewWithTheNextRun() async {
        let attempts = Recorder<String>()
        let done = Recorder<String>()
        let transfers = transfers(limit: 1) { [outcome] wanted, _, _ in
            attempts.record(wanted.key)
            if attempts.all.count == 1 { try await Latch().wait() }
            return outcome
        } changed: {
            done.record($0.resource.name)
        }
        transfers.want("first", in: "a", known: nil)
        transfers.want("second", in: "b", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 1)
            cancel()
        }
        _ = await running({ await transfers.run() }) { cancel in
            await done.wait(for: 2)
            cancel()
        }
        #expect(attempts.all.sorted() == ["first", "first", "second"])
        #expect(Set(done.all) == ["a", "b"])
    }

    @Test func whatHangsInOneSlotDoesNotDelayAnother() async {
        let done = Recorder<String>()
        let transfers = transfers(limit: 2) { [outcome] wanted, _, _ in
            if wanted.key == "hangs" { try await Latch().wait() }
            return outcome
        } changed: {
            done.record($0.resource.name)
        }
        transfers.want("hangs", in: "a", known: nil)
        transfers.want("works", in: "b", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await done.wait(for: 1)
            cancel()
        }
        #expect(done.all == ["b"])
    }
}
