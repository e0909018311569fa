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
        changed: @escaping @Sendable (ImageSlot) -> Void = { _ in }
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

    @Test func theNextTermKnowsNothingOfTheLast() async {
        let newer = ObtainedImage(digest: someDigest("b"), etag: "\"2\"", containsKittiwake: true)
        let attempts = Recorder<KnownImage>()
        let done = Recorder<String>()
        let transfers = transfers(limit: 2) { [outcome] image, known, _ in
            attempts.record(known)
            if image.key == "failing" { throw ImageFailure(reason: "StorageUnreachable", message: "no answer") }
            return known.image ?? outcome
        } changed: {
            done.record($0.uid)
        }
        transfers.want("image", in: "a", known: nil)
        transfers.want("failing", in: "b", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await done.wait(for: 2)
            #expect(transfers.wanted(in: "a")?.state == .present(outcome))
            cancel()
        }
        #expect(transfers.wanted(in: "a") == nil && transfers.wanted(in: "b") == nil)
        // Another leader has obtained a newer one meanwhile, and the status says so.
        transfers.want("image", in: "a", known: newer)
        #expect(transfers.wanted(in: "a")?.state == .present(newer))
        transfers.want("failing", in: "b", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 4)
            await done.wait(for: 3)
            #expect(transfers.wanted(in: "a")?.state == .present(newer))
            if case .failed(_, let count) = transfers.wanted(in: "b")?.state { #expect(count == 1) }
            cancel()
        }
        #expect(attempts.all.contains(KnownImage(newer)))
    }

    /// A worker of the controller may be in the middle of a reconcile when the lease is lost and everything is cancelled.
    @Test func whatIsWantedInATermsLastMomentsDoesNotLiveOn() async {
        let attempts = Recorder<String>()
        let transfers = transfers(limit: 1) { [outcome] image, _, _ in
            attempts.record(image.key)
            return outcome
        }
        let work = { @Sendable in
            await transfers.run {
                try? await Latch().wait()  // until it is cancelled
                // Whatever else was there has ended by now.
                for _ in 1...1000 { await Task.yield() }
                transfers.want("late", in: "a", known: nil)
            }
        }
        _ = await running(work) { cancel in cancel() }
        #expect(transfers.wanted(in: "a") == nil)
        _ = await running({ await transfers.run() }) { cancel in
            transfers.want("next", in: "b", known: nil)
            await attempts.wait(for: 1)
            cancel()
        }
        #expect(attempts.all == ["next"])
    }

    @Test func aTermEndsWithThoseWhoWant() async {
        let transfers = transfers(limit: 2) { _, _, _ in
            try await Latch().wait()  // for ever, unless cancelled
            throw CancellationError()
        }
        await transfers.run { transfers.want("image", in: "a", known: nil) }
        #expect(transfers.wanted(in: "a") == nil)
    }

    @Test func whatWasCutOffBeginsAnewWhenTheNextTermWantsIt() async {
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
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 1)
            cancel()
        }
        _ = await running({ await transfers.run() }) { cancel in
            transfers.want("first", in: "a", known: nil)
            await done.wait(for: 1)
            cancel()
        }
        #expect(attempts.all == ["first", "first"])
        #expect(done.all == ["a"])
    }

    /// Two slots may be retried or looked at for ever; whoever comes anew does not stand behind them.
    @Test func aNewcomerComesBeforeWhatIsTriedOrLookedAtAgain() async {
        let attempts = Recorder<String>()
        let goOn = Latch()
        let transfers = transfers(limit: 1) { [outcome] image, _, _ in
            attempts.record(image.key)
            try await goOn.wait()
            return outcome
        }
        transfers.want("first", in: "first", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 1)
            for slot: ImageSlot in ["a", "b", "c"] { transfers.want("known", in: slot, known: outcome) }
            transfers.want("new", in: "d", known: nil)
            goOn.open()
            await attempts.wait(for: 5)
            cancel()
        }
        #expect(attempts.all == ["first", "new", "known", "known", "known"])
    }

    @Test func oneNamespaceLeavesPlacesForOthersAndTakesItsTurnLater() async {
        let attempts = Recorder<String>()
        let goOn = Latch()
        let transfers = transfers(limit: 4) { [outcome] image, _, _ in
            attempts.record(image.key)
            try await goOn.wait()
            return outcome
        }
        for slot: ImageSlot in ["a/1", "a/2", "a/3", "a/4", "a/5", "b/1"] {
            transfers.want(WantedImage(stringLiteral: slot.uid), in: slot, known: nil)
        }
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 3)
            for _ in 1...100 { await Task.yield() }
            #expect(attempts.all.count { $0.hasPrefix("a") } == 2 && attempts.all.contains("b/1"))
            for slot: ImageSlot in ["a/1", "a/2", "a/3", "a/4", "a/5"] where !attempts.all.contains(slot.uid) {
                transfers.forget(slot)
                break
            }
            goOn.open()
            await attempts.wait(for: 5)
            cancel()
        }
        #expect(attempts.all.count == 5)
    }

    @Test func anotherWishCancelsWhatRunsAndWaitsForItsEnd() async {
        let attempts = Recorder<String>()
        let leaves = Latch()
        let done = Recorder<String>()
        let transfers = transfers(limit: 1) { [outcome] image, _, _ in
            attempts.record(image.key)
            guard image.key == "old" else { return outcome }
            try? await Latch().wait()  // until it is cancelled
            await leaves.waitInAnyCase()
            throw CancellationError()
        } changed: {
            done.record($0.uid)
        }
        transfers.want("old", in: "a", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 1)
            transfers.want("new", in: "a", known: nil)
            // It needs its memory and its connections until it has ended.
            for _ in 1...100 { await Task.yield() }
            #expect(attempts.all == ["old"])
            leaves.open()
            await done.wait(for: 1)
            #expect(transfers.wanted(in: "a")?.state == .present(outcome))
            cancel()
        }
        #expect(attempts.all == ["old", "new"] && done.all == ["a"])
    }

    @Test func theBackoffOfAFailureEndsWithTheClock() async {
        let attempts = Recorder<String>()
        let transfers = transfers(limit: 1) { [outcome] image, _, _ in
            attempts.record(image.key)
            if attempts.all.count == 1 { throw ImageFailure(reason: "StorageUnreachable", message: "no answer") }
            return outcome
        }
        transfers.want("image", in: "a", known: nil)
        _ = await running({ await transfers.run() }) { cancel in
            await attempts.wait(for: 1)
            await until { clock.sleeperCount > 0 }
            clock.advance(by: .milliseconds(4_999))
            for _ in 1...100 { await Task.yield() }
            #expect(attempts.all.count == 1)
            clock.advance(by: .seconds(2))  // with up to a quarter more
            await attempts.wait(for: 2)
            cancel()
        }
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
