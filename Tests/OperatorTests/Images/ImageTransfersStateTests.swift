// SPDX-License-Identifier: Apache-2.0

import Basics
import Planning
import TestSupport
import Testing

@testable import Operator

@Suite
struct ImageTransfersStateTests {
    typealias Rules = ImageTransfersState<ManualClock.Instant>
    typealias Action = Rules.Action

    let outcome = ObtainedImage(digest: someDigest("a"), etag: "\"1\"", containsKittiwake: false)
    let failure = ImageFailure(reason: "BucketNotFound", message: "there is no bucket")

    func at(_ seconds: Int) -> ManualClock.Instant { ManualClock.Instant(offset: .seconds(seconds)) }

    func rules(limit: Int = 2) -> Rules { Rules(limit: limit, recheck: .seconds(300)) }

    @Test func wantingTheSameTwiceStartsOnce() {
        var rules = rules()
        #expect(
            rules.want("image", in: "worker", known: nil) == [.start(.init(number: 1), "worker", "image", known: nil)]
        )
        #expect(rules.want("image", in: "worker", known: nil) == [])
        #expect(rules.wanted(in: "worker")?.state == .waiting)
    }

    @Test func noMoreThanTheLimitRunAndTheRestFollows() {
        var rules = rules(limit: 1)
        _ = rules.want("x", in: "a", known: nil)
        #expect(rules.want("y", in: "b", known: nil) == [])
        let (changed, actions) = rules.succeeded(.init(number: 1), with: outcome, at: at(0))
        #expect(changed == "a")
        #expect(actions == [.start(.init(number: 2), "b", "y", known: nil)])
    }

    @Test func anotherWishCancelsWhatRuns() {
        var rules = rules(limit: 3)
        _ = rules.want("old", in: "a", known: nil)
        let actions = rules.want("new", in: "a", known: nil)
        #expect(actions == [.cancel(.init(number: 1)), .start(.init(number: 2), "a", "new", known: nil)])
        // The cancelled attempt's late answer counts for nothing.
        #expect(rules.succeeded(.init(number: 1), with: outcome, at: at(0)).changed == nil)
        #expect(rules.wanted(in: "a")?.state == .waiting)
    }

    @Test func aFailureIsTriedAgainLaterEachTimeLater() {
        var rules = rules()
        _ = rules.want("x", in: "a", known: nil)
        #expect(rules.failed(.init(number: 1), with: failure, at: at(0), jitter: 0).changed == "a")
        #expect(rules.wanted(in: "a")?.state == .failed(failure, attempts: 1))
        #expect(rules.nextDue == at(5))
        #expect(rules.tick(at: at(4)) == [])
        #expect(rules.tick(at: at(5)) == [.start(.init(number: 2), "a", "x", known: nil)])
        _ = rules.failed(.init(number: 2), with: failure, at: at(5), jitter: 1)
        #expect(rules.nextDue == ManualClock.Instant(offset: .seconds(5) + .milliseconds(12_500)))
        #expect(Rules.backoff.delay(after: 100, random: 0) == .seconds(300))
    }

    @Test func whatFailedStaysFailedUntilAnAttemptSucceeds() {
        var rules = rules()
        _ = rules.want("x", in: "a", known: nil)
        _ = rules.failed(.init(number: 1), with: failure, at: at(0), jitter: 0)
        let failed = rules.wanted(in: "a")?.state
        for attempt in 2...4 {
            _ = rules.tick(at: at(1000 * attempt))
            for byte in stride(from: Int64(0), through: 100, by: 10) {
                let news = rules.progressed(.init(number: attempt), to: .init(stage: .reading, bytes: byte, total: 100))
                #expect(news == nil)
            }
            if attempt == 2 { #expect(rules.wanted(in: "a")?.state == failed) }
            if attempt == 4 { break }
            #expect(
                rules.failed(.init(number: attempt), with: failure, at: at(1000 * attempt), jitter: 0).changed == "a"
            )
        }
        #expect(rules.succeeded(.init(number: 4), with: outcome, at: at(5000)).changed == "a")
        #expect(rules.wanted(in: "a")?.state == .present(outcome))
    }

    @Test(.rows(29)) func whatIsKnownIsPresentAtOnceAndLookedAtAgain() {
        var rules = rules()
        #expect(
            rules.want("x", in: "a", known: outcome) == [.start(.init(number: 1), "a", "x", known: outcome)]
        )
        #expect(rules.wanted(in: "a")?.state == .present(outcome))
        // Looking is no news, and neither is finding the same.
        #expect(rules.progressed(.init(number: 1), to: .init(stage: .reading, bytes: 0, total: 10)) == nil)
        #expect(rules.succeeded(.init(number: 1), with: outcome, at: at(0)).changed == nil)
        #expect(rules.nextDue == at(300))
    }

    @Test func aFailedLookKeepsTheImageThatIsThere() {
        var rules = rules()
        _ = rules.want("x", in: "a", known: outcome)
        _ = rules.failed(.init(number: 1), with: failure, at: at(0), jitter: 0)
        #expect(rules.wanted(in: "a")?.state == .failed(failure, attempts: 1))
        // And the next attempt still knows it.
        #expect(rules.tick(at: at(5)) == [.start(.init(number: 2), "a", "x", known: outcome)])
    }

    @Test func progressIsToldByTenths() {
        var rules = rules()
        _ = rules.want("x", in: "a", known: nil)
        let told = (0...100).filter { byte in
            rules.progressed(.init(number: 1), to: .init(stage: .reading, bytes: byte, total: 100)) != nil
        }
        #expect(told == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
        #expect(rules.progressed(.init(number: 1), to: .init(stage: .completing, bytes: 100, total: 100)) == "a")
    }

    @Test func whatIsForgottenIsCancelledAndGone() {
        var rules = rules(limit: 1)
        _ = rules.want("x", in: "a", known: nil)
        _ = rules.want("y", in: "b", known: nil)
        #expect(rules.forget("a") == [.cancel(.init(number: 1))])
        #expect(rules.wanted(in: "a")?.state == nil)
        #expect(rules.forget("a") == [])
        // It needs its memory and its connections until it has ended.
        #expect(rules.ended(.init(number: 1)) == [.start(.init(number: 2), "b", "y", known: nil)])
        #expect(rules.ended(.init(number: 1)) == [])
    }

    @Test func aCancelledAttemptThatCameToItsEndFreesItsPlaceToo() {
        var rules = rules(limit: 1)
        _ = rules.want("x", in: "a", known: nil)
        #expect(rules.want("y", in: "a", known: nil) == [.cancel(.init(number: 1))])
        let (changed, actions) = rules.succeeded(.init(number: 1), with: outcome, at: at(0))
        #expect(changed == nil)
        #expect(actions == [.start(.init(number: 2), "a", "y", known: nil)])
    }

    @Test func oneNamespaceGetsAtMostHalfOfThePlaces() {
        var rules = rules(limit: 4)
        let slots: [ImageSlot] = ["a/1", "a/2", "a/3", "a/4", "b/1"]
        let started = slots.flatMap { rules.want("x", in: $0, known: nil) }
        #expect(
            started == [
                .start(.init(number: 1), "a/1", "x", known: nil), .start(.init(number: 2), "a/2", "x", known: nil),
                .start(.init(number: 3), "b/1", "x", known: nil),
            ]
        )
        // A place that is still being left counts as his.
        #expect(rules.forget("a/1") == [.cancel(.init(number: 1))])
        #expect(rules.want("x", in: "b/2", known: nil) == [.start(.init(number: 4), "b/2", "x", known: nil)])
        #expect(rules.ended(.init(number: 1)) == [.start(.init(number: 5), "a/3", "x", known: nil)])
        #expect(
            rules.succeeded(.init(number: 3), with: outcome, at: at(0)).1 == []
        )
    }

    @Test func theOnlyNamespaceGetsTheOnlyPlace() {
        var rules = rules(limit: 1)
        #expect(rules.want("x", in: "a/1", known: nil) == [.start(.init(number: 1), "a/1", "x", known: nil)])
    }
}

func someDigest(_ letter: Character) -> Digest {
    Digest(hex: String(repeating: letter, count: 64)) ?? { fatalError("not a hexadecimal digit") }()
}
