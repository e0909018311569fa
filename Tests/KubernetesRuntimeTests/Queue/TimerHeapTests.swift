// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct TimerHeapTests {
    typealias Heap = TimerHeap<Int, Int, ManualClock.Instant>

    func at(_ seconds: Int) -> ManualClock.Instant { ManualClock.Instant(offset: .seconds(seconds)) }

    func drain(_ heap: inout Heap, at seconds: Int) -> [Int] {
        var keys: [Int] = []
        while let due = heap.popDue(at: at(seconds)) { keys.append(due.key) }
        return keys
    }

    @Test func whatIsDueComesInOrder() {
        var heap = Heap()
        for (key, seconds) in [(1, 30), (2, 10), (3, 20), (4, 10)] { heap.set(key, at: at(seconds), 0) }
        #expect(heap.earliest() == at(10))
        #expect(drain(&heap, at: 20) == [2, 4, 3])
        #expect(drain(&heap, at: 29) == [])
        #expect(heap.count == 1)
    }

    @Test func aKeyHasOneTime() {
        var heap = Heap()
        heap.set(1, at: at(10), 0)
        heap.set(1, at: at(30), 7)
        heap.set(2, at: at(20), 0)
        #expect(heap.earliest() == at(20))
        heap.remove(2)
        #expect(heap.earliest() == at(30))
        #expect(drain(&heap, at: 29) == [])
        #expect(heap.popDue(at: at(30))?.value == 7)
        #expect(heap.count == 0)
    }

    /// Against a list that is sorted each time.
    @Test func theHeapAgreesWithASortedList() {
        var random = SeededGenerator(seed: 7)
        var heap = Heap()
        var plain: [Int: Int] = [:]
        for round in 0..<5_000 {
            let key = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                heap.remove(key)
                plain[key] = nil
            case 1 where round.isMultiple(of: 5):
                let now = Int.random(in: 0..<1_000, using: &random)
                let due = plain.filter { $0.value <= now }
                #expect(Set(drain(&heap, at: now)) == Set(due.keys))
                for key in due.keys { plain[key] = nil }
            default:
                let deadline = Int.random(in: 0..<1_000, using: &random)
                heap.set(key, at: at(deadline), 0)
                plain[key] = deadline
            }
            #expect(heap.count == plain.count)
            #expect(heap.earliest() == plain.values.min().map(at))
        }
    }
}
