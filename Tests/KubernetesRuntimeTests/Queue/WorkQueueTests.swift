// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WorkQueueTests {
    @Test func aDelayedKeyArrivesWhenTheClockSaysSo() async {
        let clock = ManualClock()
        let queue = WorkQueue<String, ManualClock>(clock: clock)
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            queue.add("late", after: .seconds(30))
            await clock.waitForSleeper(until: .seconds(30))
            queue.add("soon", after: .seconds(5))  // earlier: has to be armed anew
            await clock.waitForSleeper(until: .seconds(5))
            clock.advance(by: .seconds(5))
            #expect(await queue.next() == "soon")
            clock.advance(by: .seconds(25))
            #expect(await queue.next() == "late")
            queue.shutDown()
        }
    }

    @Test func sleepersDoNotPileUpBehindAFarOne() async {
        let clock = ManualClock()
        let queue = WorkQueue<String, ManualClock>(clock: clock)
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            queue.add("poll", after: .seconds(300))
            await clock.waitForSleeper(until: .seconds(300))
            for round in 1...50 {
                queue.add("retry", after: .seconds(1))
                await clock.waitForSleeper(until: .seconds(round))
                clock.advance(by: .seconds(1))
                #expect(await queue.next() == "retry")
                queue.done("retry")
            }
            queue.add("last", after: .seconds(1))
            await clock.waitForSleeper(until: .seconds(51))
            #expect(clock.sleeperCount == 2)
            queue.shutDown()
        }
    }

    @Test func cancellingAWorkerLosesNoKey() async {
        let queue = WorkQueue<Int, ManualClock>(clock: ManualClock())
        for number in 0..<2_000 {
            let worker = Task { await queue.next() }
            if number.isMultiple(of: 2) { await Task.yield() }
            worker.cancel()
            queue.add(number)
            if let key = await worker.value {
                #expect(key == number)
            } else {
                #expect(await queue.next() == number)
            }
            queue.done(number)
        }
    }

    @Test func aKeyIsNeverWorkedOnTwiceAtOnce() async {
        struct Tally: Sendable {
            var active: Set<Int> = []
            var handled: [Int: Int] = [:]
            var overlaps = 0
            var isComplete: Bool { handled.count == 100 && handled.values.allSatisfy { $0 >= 3 } }
        }
        let queue = WorkQueue<Int, ContinuousClock>(clock: ContinuousClock())
        let tally = Locked(Tally())
        let complete = Latch()
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        tally.withLock { if !$0.active.insert(key).inserted { $0.overlaps += 1 } }
                        await Task.yield()
                        let (count, isComplete) = tally.withLock { tally in
                            tally.active.remove(key)
                            tally.handled[key, default: 0] += 1
                            return (tally.handled[key] ?? 0, tally.isComplete)
                        }
                        if count < 3 { queue.add(key, after: .microseconds(50)) }
                        queue.done(key)
                        if isComplete { complete.open() }
                    }
                }
            }
            await withDiscardingTaskGroup { producers in
                for offset in 0..<20 {
                    producers.addTask {
                        for number in 0..<100 {
                            queue.add(
                                (number + offset) % 100,
                                priority: offset.isMultiple(of: 2) ? .urgent : .background
                            )
                            if number.isMultiple(of: 10) { await Task.yield() }
                        }
                    }
                }
            }
            try? await complete.wait()  // cancelled only by the suite's time limit
            queue.shutDown()
        }
        #expect(tally.withLock { $0.overlaps } == 0)
    }

    @Test func shuttingDownReleasesEveryWorker() async {
        let queue = WorkQueue<Int, ManualClock>(clock: ManualClock())
        await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<16 { group.addTask { await queue.next() } }
            await Task.yield()
            queue.shutDown()
            for await key in group { #expect(key == nil) }
        }
        #expect(await queue.next() == nil)
    }

    @Test func theAgeOfTheOldestKeyInHandIsReported() async {
        let clock = ManualClock()
        let queue = WorkQueue<Int, ManualClock>(clock: clock)
        queue.add(1)
        #expect(queue.oldestInFlight == nil)
        #expect(await queue.next() == 1)
        clock.advance(by: .seconds(7))
        #expect(queue.oldestInFlight == .seconds(7))
    }
}

/// Why `runTimers` never cancels the task that iterates its doorbell.
@Suite(.timeLimit(.minutes(5)))
struct AsyncStreamTests {
    @Test func cancellingOneConsumerFinishesTheStreamForEveryone() async {
        let (stream, source) = AsyncStream.makeStream(of: Int.self)
        let consumer = Task { for await _ in stream {} }
        await Task.yield()
        consumer.cancel()
        await consumer.value
        guard case .terminated = source.yield(1) else {
            Issue.record("the stream was expected to be terminated")
            return
        }
    }
}
