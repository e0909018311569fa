// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import Planning
import TestSupport
import Testing

@testable import Operator

@Suite
struct ImageTransfersStateTests {
    typealias Rules = ImageTransfersState

    let outcome = ObtainedImage(digest: someDigest("a"), etag: "\"1\"", containsKittiwake: false)
    let failure = ImageFailure(reason: "BucketNotFound", message: "there is no bucket")

    /// The rules where an expectation may change them.
    final class Table {
        private var rules: Rules

        init(_ rules: Rules) { self.rules = rules }

        var slots: [ImageSlot] { rules.slots }

        /// How much is kept, in characters of its description.
        var size: Int { "\(rules)".count }

        func wanted(in slot: ImageSlot) -> ImageState? { rules.wanted(in: slot)?.state }
        func priority(of slot: ImageSlot) -> Priority { rules.priority(of: slot) }
        func forget(_ slot: ImageSlot) { rules.forget(slot) }
        func begin(_ slot: ImageSlot) -> Rules.Attempt? { rules.begin(slot) }
        func unpark(besides slot: ImageSlot) -> ImageSlot? { rules.unpark(besides: slot) }

        @discardableResult
        func want(_ image: WantedImage, in slot: ImageSlot, known: ObtainedImage? = nil) -> Bool {
            rules.want(image, in: slot, known: known)
        }

        func progressed(_ attempt: Rules.Attempt, to progress: ImageProgress) -> ImageSlot? {
            rules.progressed(attempt, to: progress)
        }

        @discardableResult
        func ended(
            _ attempt: Rules.Attempt,
            with result: Result<ObtainedImage, ImageFailure>?,
            jitter: Double = 0
        ) -> (isNews: Bool, delay: Duration)? {
            rules.ended(attempt, with: result, jitter: jitter)
        }
    }

    let rules = Table(Rules(limit: 2, recheck: .seconds(300)))

    @Test func wantingTheSameTwiceIsToBeTriedOnce() {
        #expect(rules.want("image", in: "worker"))
        #expect(!rules.want("image", in: "worker"))
        #expect(rules.wanted(in: "worker") == .waiting)
        #expect(rules.begin("worker")?.image == "image")
    }

    @Test func aLateAnswerToAnEarlierWishCountsForNothing() throws {
        rules.want("old", in: "a")
        let old = try #require(rules.begin("a"))
        #expect(rules.want("new", in: "a"))
        #expect(rules.progressed(old, to: .init(stage: .reading, bytes: 5, total: 10)) == nil)
        #expect(rules.ended(old, with: .success(outcome)) == nil)
        #expect(rules.wanted(in: "a") == .waiting)
        #expect(rules.begin("a")?.image == "new")
    }

    @Test(.rows(30)) func aFailureIsTriedAgainLaterEachTimeLater() throws {
        rules.want("x", in: "a")
        let first = try #require(rules.begin("a"))
        let retry = try #require(rules.ended(first, with: .failure(failure)))
        #expect(retry.isNews && retry.delay == .seconds(5))
        #expect(rules.wanted(in: "a") == .failed(failure, attempts: 1))
        let second = try #require(rules.begin("a"))
        #expect(rules.ended(second, with: .failure(failure), jitter: 1)?.delay == .milliseconds(12_500))
        #expect(Rules.backoff.delay(after: 100, random: 0) == .seconds(300))
    }

    @Test func whatFailedStaysFailedUntilAnAttemptSucceeds() throws {
        rules.want("x", in: "a")
        for attempt in 1...4 {
            let run = try #require(rules.begin("a"))
            let before = rules.wanted(in: "a")
            guard attempt > 1 else {
                rules.ended(run, with: .failure(failure))
                continue
            }
            for byte in stride(from: Int64(0), through: 100, by: 10) {
                #expect(rules.progressed(run, to: .init(stage: .reading, bytes: byte, total: 100)) == nil)
            }
            #expect(rules.wanted(in: "a") == before)
            let isLast = attempt == 4
            #expect(rules.ended(run, with: isLast ? .success(outcome) : .failure(failure))?.isNews == true)
        }
        #expect(rules.wanted(in: "a") == .present(outcome))
    }

    @Test(.rows(29)) func whatIsKnownIsPresentAtOnceAndLookedAtAgain() throws {
        #expect(rules.want("x", in: "a", known: outcome))
        #expect(rules.wanted(in: "a") == .present(outcome))
        let look = try #require(rules.begin("a"))
        #expect(look.known == KnownImage(outcome))
        // Looking is no news, and neither is finding the same.
        #expect(rules.progressed(look, to: .init(stage: .reading, bytes: 0, total: 10)) == nil)
        let answer = try #require(rules.ended(look, with: .success(outcome)))
        #expect(!answer.isNews && answer.delay == .seconds(300))
    }

    @Test func aFailedLookKeepsTheImageThatIsThere() throws {
        rules.want("x", in: "a", known: outcome)
        let look = try #require(rules.begin("a"))
        rules.ended(look, with: .failure(failure))
        #expect(rules.wanted(in: "a") == .failed(failure, attempts: 1))
        // And the next attempt still knows it.
        #expect(rules.begin("a")?.known == KnownImage(outcome))
    }

    @Test func progressIsToldByTenths() throws {
        rules.want("x", in: "a")
        let run = try #require(rules.begin("a"))
        let told = (0...100).filter { byte in
            rules.progressed(run, to: .init(stage: .reading, bytes: byte, total: 100)) != nil
        }
        #expect(told == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
        #expect(rules.progressed(run, to: .init(stage: .completing, bytes: 100, total: 100)) == "a")
    }

    @Test func whatIsForgottenIsGone() throws {
        rules.want("x", in: "a")
        let run = try #require(rules.begin("a"))
        rules.forget("a")
        #expect(rules.wanted(in: "a") == nil && rules.slots == [])
        #expect(rules.ended(run, with: nil) == nil)
        #expect(rules.begin("a") == nil)
    }

    @Test func onlyWhatNobodyHasTriedIsUrgent() throws {
        rules.want("x", in: "new")
        rules.want("x", in: "known", known: outcome)
        #expect(rules.priority(of: "new") == .urgent && rules.priority(of: "known") == .background)
        let run = try #require(rules.begin("new"))
        rules.ended(run, with: .failure(failure))
        #expect(rules.priority(of: "new") == .background)
    }

    // MARK: Places

    func shared(_ limit: Int) -> Table {
        Table(Rules(limit: limit, recheck: .seconds(300)))
    }

    @Test func oneNamespaceGetsAtMostHalfOfThePlaces() throws {
        let rules = shared(4)
        for slot: ImageSlot in ["a/1", "a/2", "a/3", "a/4", "b/1", "b/2"] { rules.want("x", in: slot) }
        let first = try #require(rules.begin("a/1"))
        #expect(rules.begin("a/2") != nil && rules.begin("a/3") == nil && rules.begin("a/4") == nil)
        #expect(rules.begin("b/1") != nil && rules.begin("b/2") != nil)
        #expect(rules.unpark(besides: "a/3") == nil)
        // A place that is still being left counts as his.
        rules.forget("a/1")
        #expect(rules.unpark(besides: "a/1") == nil)
        rules.ended(first, with: nil)
        #expect(rules.unpark(besides: "a/1") == "a/3")
        #expect(rules.begin("a/3") != nil && rules.unpark(besides: "a/3") == nil)
    }

    @Test func whatWasForgottenWhileParkedIsPassedOver() throws {
        let rules = shared(1)
        for slot: ImageSlot in ["a/1", "a/2", "a/3", "a/4"] { rules.want("x", in: slot) }
        let first = try #require(rules.begin("a/1"))
        for slot: ImageSlot in ["a/2", "a/3", "a/4"] { #expect(rules.begin(slot) == nil) }
        rules.forget("a/2")
        // Wanted anew it stands in the queue already.
        rules.forget("a/3")
        rules.want("y", in: "a/3")
        rules.ended(first, with: .success(outcome))
        #expect(rules.unpark(besides: "a/1") == "a/4")
        #expect(rules.unpark(besides: "a/1") == nil)
    }

    @Test func aParkedSlotThatIsEditedKeepsItsOnePlaceInTheLine() throws {
        let rules = shared(1)
        for slot: ImageSlot in ["a/1", "a/2", "a/3"] { rules.want("x", in: slot) }
        let first = try #require(rules.begin("a/1"))
        for slot: ImageSlot in ["a/2", "a/3"] { #expect(rules.begin(slot) == nil) }
        let size = rules.size
        for edit in 1...200 {
            rules.want(WantedImage(stringLiteral: "\(edit)"), in: "a/2")
            #expect(rules.begin("a/2") == nil)
        }
        #expect(rules.size < size + 100)
        rules.ended(first, with: .success(outcome))
        #expect(rules.unpark(besides: "a/1") == "a/2")
        #expect(rules.begin("a/2")?.image == "200")
        rules.forget("a/2")
        #expect(rules.unpark(besides: "a/2") == nil)
    }

    @Test func whatIsParkedAndForgottenLeavesNothing() throws {
        let rules = shared(1)
        rules.want("x", in: "a/1")
        #expect(rules.begin("a/1") != nil)
        rules.want("x", in: "a/2")
        #expect(rules.begin("a/2") == nil)
        rules.forget("a/2")
        let size = rules.size
        for number in 100...300 {
            let slot = ImageSlot(stringLiteral: "a/\(number)")
            rules.want("x", in: slot)
            #expect(rules.begin(slot) == nil)
            rules.forget(slot)
        }
        #expect(rules.size < size + 100)
    }

    @Test func anotherPriorityIsAnotherLine() throws {
        let rules = shared(1)
        rules.want("x", in: "a/1")
        let first = try #require(rules.begin("a/1"))
        for slot: ImageSlot in ["a/2", "a/3"] {
            rules.want("x", in: slot, known: outcome)
            #expect(rules.begin(slot) == nil)
        }
        rules.want("y", in: "a/3")  // of which nothing is known
        #expect(rules.begin("a/3") == nil)
        rules.ended(first, with: .success(outcome))
        #expect(rules.unpark(besides: "a/1") == "a/3")
        let third = try #require(rules.begin("a/3"))
        rules.ended(third, with: .success(outcome))
        #expect(rules.unpark(besides: "a/3") == "a/2")
        #expect(rules.unpark(besides: "a/3") == nil)
    }

    @Test func parkedNewcomersComeFirst() throws {
        let rules = shared(1)
        let first = try #require(rules.want("x", in: "a/1") ? rules.begin("a/1") : nil)
        for slot: ImageSlot in ["a/2", "a/3"] { rules.want("x", in: slot, known: outcome) }
        rules.want("x", in: "a/4")
        for slot: ImageSlot in ["a/2", "a/3", "a/4"] { #expect(rules.begin(slot) == nil) }
        rules.ended(first, with: .success(outcome))
        #expect(rules.unpark(besides: "a/1") == "a/4")
    }

    @Test func aSingleNamespaceOfASinglePlaceGetsIt() {
        let rules = shared(1)
        rules.want("x", in: "a/1")
        #expect(rules.begin("a/1") != nil)
    }
}

func someDigest(_ letter: Character) -> Digest {
    Digest(hex: String(repeating: letter, count: 64)) ?? { fatalError("not a hexadecimal digit") }()
}
