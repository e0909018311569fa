// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WaitersTests {
    struct State: Sendable {
        var waiters = Waiters<Int>()
        var answer: Int?
    }

    static func park(_ count: Int, in state: Locked<State>) async {
        while state.withLock({ $0.waiters.count }) < count { await Task.yield() }
    }

    @Test func anAnswerThatIsKnownIsGivenAtOnce() async {
        let state = Locked(State(answer: 7))
        #expect(await state.wait(in: \.waiters, cancelled: 0) { $0.answer } == 7)
        #expect(state.withLock { $0.waiters.count } == 0)
    }

    @Test func whoHasWaitedLongestIsTakenFirst() async {
        let state = Locked(State())
        let answers = Recorder<[Int]>()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask { answers.record([number, await state.wait(in: \.waiters, cancelled: -1) { _ in nil }]) }
                await Self.park(number + 1, in: state)
            }
            for answer in 0..<5 {
                state.withLock { $0.waiters.takeFirst() }?.resume(returning: answer)
                await group.next()
            }
        }
        #expect(answers.all == (0..<5).map { [$0, $0] })
        #expect(state.withLock { $0.waiters.takeFirst() } == nil)
    }

    @Test func aCancelledTaskIsNotAskedAndDoesNotWait() async {
        let state = Locked(State())
        let asked = Recorder<Int>()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await state.wait(in: \.waiters, cancelled: -1) { _ in
                asked.record(1)
                return nil
            }
        }
        #expect(await task.value == -1)
        #expect(asked.all.isEmpty)
    }

    /// Each waiter is resumed exactly once, by its answer or by its cancel: twice would trap, never would hang.
    @Test func noWaiterIsLostOrResumedTwiceWhenAnswerAndCancelRace() async {
        for round in 0..<3_000 {
            let state = Locked(State())
            let task = Task { await state.wait(in: \.waiters, cancelled: -1) { $0.answer } }
            if round.isMultiple(of: 3) { await Task.yield() }
            let answer = {
                let waiting = state.withLock { state in
                    state.answer = round
                    return state.waiters.takeAll()
                }
                for waiter in waiting { waiter.resume(returning: round) }
            }
            if round.isMultiple(of: 2) {
                task.cancel()
                answer()
            } else {
                answer()
                task.cancel()
            }
            #expect([-1, round].contains(await task.value))
            #expect(state.withLock { $0.waiters.count } == 0)
        }
    }
}
