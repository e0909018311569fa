// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(5)))
struct CallSlotsTests {
    @Test func neverMoreThanSoManyAtATime() async {
        let slots = CallSlots(3)
        let most = Locked((now: 0, most: 0))
        await withDiscardingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    _ = await slots.with {
                        most.withLock { state in
                            state.now += 1
                            state.most = max(state.most, state.now)
                        }
                        await Task.yield()
                        most.withLock { $0.now -= 1 }
                    }
                }
            }
        }
        #expect(most.withLock { $0.most } == 3)
    }

    @Test func whoWaitsIsServedInOrder() async {
        let slots = CallSlots(1)
        let order = Recorder<Int>()
        let gate = Latch()
        await withDiscardingTaskGroup { group in
            group.addTask { _ = await slots.with { await gate.waitInAnyCase() } }
            await until { slots.waiting != nil }
            for number in 0..<5 {
                group.addTask { _ = await slots.with { order.record(number) } }
                await until { slots.waiting == number + 1 }
            }
            gate.open()
        }
        #expect(order.all == [0, 1, 2, 3, 4])
    }

    @Test func aCancelledWaiterLosesNoSlot() async {
        let slots = CallSlots(1)
        for round in 0..<2_000 {
            let gate = Latch()
            let holder = Task { await slots.with { await gate.waitInAnyCase() } }
            let waiter = Task { await slots.with { true } }
            if round.isMultiple(of: 2) { await Task.yield() }
            waiter.cancel()
            gate.open()
            _ = await holder.value
            _ = await waiter.value
        }
        #expect(await slots.with { true } == true)
    }
}
