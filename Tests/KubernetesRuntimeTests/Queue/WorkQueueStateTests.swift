// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct WorkQueueStateTests {
    typealias State = WorkQueueState<String, ManualClock.Instant>

    func at(_ seconds: Int) -> ManualClock.Instant { ManualClock.Instant(offset: .seconds(seconds)) }

    @Test func aKeyAddedTwiceIsHandedOutOnce() {
        var queue = State()
        #expect(queue.add("a", now: at(0)) == .wakeWorker)
        #expect(queue.add("a", now: at(0)) == .none)
        #expect(queue.take(now: at(0))?.key == "a")
        #expect(queue.take(now: at(0))?.key == nil)
    }

    @Test func aKeyAddedWhileInHandIsHandedOutOnceMore() {
        var queue = State()
        _ = queue.add("a", now: at(0))
        _ = queue.take(now: at(0))
        #expect(queue.add("a", now: at(0)) == .none)
        #expect(queue.add("a", now: at(0)) == .none)
        #expect(queue.take(now: at(0))?.key == nil)
        #expect(queue.done("a", now: at(0)) == .wakeWorker)
        #expect(queue.take(now: at(0))?.key == "a")
        #expect(queue.done("a", now: at(0)) == .none)
    }

    @Test func theEarliestDeadlineWins() {
        var queue = State()
        #expect(queue.add("a", notBefore: at(10), now: at(0)) == .timersChanged)
        #expect(queue.add("a", notBefore: at(20), now: at(0)) == .none)
        #expect(queue.add("a", notBefore: at(5), now: at(0)) == .timersChanged)
        #expect(queue.fireTimers(now: at(4)) == (0, at(5)))
        #expect(queue.fireTimers(now: at(5)) == (1, nil))
        #expect(queue.take(now: at(5))?.key == "a")
    }

    @Test func anImmediateAddSupersedesADelay() {
        var queue = State()
        _ = queue.add("a", notBefore: at(10), now: at(0))
        #expect(queue.add("a", now: at(0)) == .wakeWorker)
        #expect(queue.waiting.count == 0)
    }

    @Test func aDelayThatEndsWhileInHandIsServedAfterwards() {
        var queue = State()
        _ = queue.add("a", now: at(0))
        _ = queue.take(now: at(0))
        _ = queue.add("a", notBefore: at(1), now: at(0))
        #expect(queue.fireTimers(now: at(1)) == (0, nil))
        #expect(queue.done("a", now: at(0)) == .wakeWorker)
    }

    @Test func anEditOvertakesTheFirstList() {
        var queue = State()
        for key in ["a", "b", "c"] { _ = queue.add(key, now: at(0), priority: .background) }
        #expect(queue.add("c", now: at(0), priority: .urgent) == .none)  // promoted; the worker was woken when it came
        #expect(queue.take(now: at(0))?.key == "c")
        #expect(queue.take(now: at(0))?.key == "a")
        #expect(queue.take(now: at(0))?.key == "b")
        #expect(queue.take(now: at(0))?.key == nil)
    }

    @Test func backgroundKeysAreServedUnderConstantUrgentLoad() {
        var queue = State()
        _ = queue.add("slow", now: at(0), priority: .background)
        for number in 0..<20 { _ = queue.add("\(number)", now: at(0)) }
        let order = (0..<21).compactMap { _ in queue.take(now: at(0))?.key }
        #expect(order.firstIndex(of: "slow") == State.urgentRun)
        #expect(Set(order).count == 21)
    }

    @Test func theOldestKeyInHandIsKnown() {
        var queue = State()
        _ = queue.add("a", now: at(0))
        _ = queue.add("b", now: at(0))
        _ = queue.take(now: at(3))
        _ = queue.take(now: at(9))
        #expect(queue.oldestInFlight == at(3))
        _ = queue.done("a", now: at(0))
        #expect(queue.oldestInFlight == at(9))
    }

    @Test func theWaitForAWorkerBeginsWhenTheKeyIsDue() {
        var queue = State()
        _ = queue.add("a", notBefore: at(10), now: at(0))
        _ = queue.fireTimers(now: at(12))
        #expect(queue.depth(.background) == 1)
        #expect(queue.depth(.urgent) == 0)
        #expect(queue.take(now: at(15))?.since == at(12))
    }

    @Test func afterShutDownNothingIsHandedOut() {
        var queue = State()
        _ = queue.add("a", now: at(0))
        queue.shutDown()
        #expect(queue.add("b", now: at(0)) == .none)
        #expect(queue.take(now: at(0))?.key == nil)
    }
}
