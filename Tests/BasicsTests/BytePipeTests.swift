// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BytePipeTests {
    struct Broken: Error, Equatable {}

    @Test func bytesGoFromATaskToAThread() async throws {
        let pipe = BytePipe(bound: 2)
        async let count = onOwnThread("test") {
            var count = 0
            while let chunk = try pipe.nextBlocking() { count += chunk.count }
            return count
        }
        for _ in 0..<1000 { try await pipe.put([1, 2, 3]) }
        pipe.finish()
        #expect(try await count == 3000)
    }

    @Test func bytesGoFromAThreadToATask() async throws {
        let pipe = BytePipe(bound: 2)
        async let done: Void = onOwnThread("test") {
            for number in 0..<1000 { try pipe.putBlocking([UInt8(truncatingIfNeeded: number)]) }
            pipe.finish()
        }
        var received: [UInt8] = []
        while let chunk = try await pipe.next() { received += chunk }
        try await done
        #expect(received == (0..<1000).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func aFailureReachesTheOtherEnd() async throws {
        let pipe = BytePipe()
        async let taken = onOwnThread("test") { try pipe.nextBlocking() }
        pipe.finish(Broken())
        await #expect(throws: Broken()) { try await onOwnThread("test") { try pipe.putBlocking([1]) } }
        do {
            _ = try await taken
            Issue.record("the failure was expected")
        } catch {
            #expect(error is Broken)
        }
    }

    @Test func cancellingTheConsumerReleasesTheProducer() async throws {
        let pipe = BytePipe(bound: 1)
        let producer = Task { try await onOwnThread("test") { while true { try pipe.putBlocking([1]) } } }
        let consumer = Task { while try await pipe.next() != nil {} }
        await Task.yield()
        consumer.cancel()
        _ = await consumer.result
        await #expect(throws: CancellationError.self) { try await producer.value }
    }

    @Test func aCancelledWaitMayLeaveThePipeAsItIs() async throws {
        for _ in 0..<300 {
            let pipe = BytePipe(bound: 1)
            let result = await running {
                try await pipe.next(endsWhenCancelled: false)
            } while: { cancel in
                cancel()
            }
            #expect(throws: CancellationError.self) { try result.get() }
            async let put: Void = pipe.put([1])
            #expect(try await pipe.next() == [1])
            try await put
            pipe.finish(Broken())
            await #expect(throws: Broken()) { try await pipe.next() }
        }
    }

    /// On one bell for both ends, the end that has just gone to sleep took the ring that was meant for the other.
    @Test(arguments: [1, 2, 16]) func nothingIsLostBetweenTwoThreads(bound: Int) async throws {
        let pipe = BytePipe(bound: bound)
        async let produced: Void = onOwnThread("producer") {
            for number in 0..<20_000 { try pipe.putBlocking([UInt8(number & 0xff), UInt8(number >> 8)]) }
            pipe.finish()
        }
        let taken = try await onOwnThread("consumer") {
            var numbers: [Int] = []
            while let chunk = try pipe.nextBlocking() { numbers.append(Int(chunk[0]) | Int(chunk[1]) << 8) }
            return numbers
        }
        try await produced
        #expect(taken == Array(0..<20_000))
    }

    @Test func aFailureEndsBothThreads() async throws {
        for _ in 0..<300 {
            let (full, empty) = (BytePipe(bound: 1), BytePipe(bound: 1))
            let threads = [
                Task { try await onOwnThread("producer") { while true { try full.putBlocking([1]) } } },
                Task { try await onOwnThread("consumer") { while try empty.nextBlocking() != nil {} } },
            ]
            full.finish(Broken())
            empty.finish(Broken())
            for thread in threads { await #expect(throws: Broken()) { try await thread.value } }
        }
    }

    // MARK: The bound

    @Test func aProducerGetsNoFurtherThanTheBound() async throws {
        let pipe = BytePipe(bound: 3)
        let begun = Recorder<Int>()
        async let produced: Void = onOwnThread("producer") {
            for number in 0..<20 {
                begun.record(number)
                try pipe.putBlocking([UInt8(number)])
            }
            pipe.finish()
        }
        var taken = 0
        await begun.wait(for: 3)
        while let chunk = try await pipe.next() {
            // Begun is what was taken, and what waits, of which the last had to.
            #expect(begun.all.count <= taken + 1 + 3)
            #expect(chunk == [UInt8(taken)])
            taken += 1
        }
        try await produced
        #expect(taken == 20)
    }

    // MARK: Giving up

    @Test func aBlockedProducerIsToldThatTheConsumerHasGone() async throws {
        for _ in 0..<300 {
            let pipe = BytePipe(bound: 1)
            let producer = Task { try await onOwnThread("producer") { try pipe.putBlocking([1]) } }
            pipe.finish()
            // Before or while it waits: what it put is taken by nobody, and it hears of it.
            await #expect(throws: BytePipe.Closed.self) { try await producer.value }
        }
    }

    @Test func cancellingTheProducerEndsTheConsumersThread() async throws {
        let pipe = BytePipe(bound: 1)
        let consumer = Task { try await onOwnThread("consumer") { while try pipe.nextBlocking() != nil {} } }
        let result = await running {
            while true { try await pipe.put([1]) }
        } while: { cancel in
            cancel()
        }
        #expect(throws: CancellationError.self) { try result.get() }
        await #expect(throws: CancellationError.self) { try await consumer.value }
    }

    @Test func whatWasPutBeforeTheEndStillArrives() async throws {
        let pipe = BytePipe(bound: 8)
        for number: UInt8 in 0..<5 { try await pipe.put([number]) }
        pipe.finish()
        await #expect(throws: BytePipe.Closed.self) { try await pipe.put([9]) }
        var taken: [UInt8] = []
        while let chunk = try await pipe.next() { taken += chunk }
        #expect(taken == [0, 1, 2, 3, 4])
    }

    @Test func onlyTheFirstEndOfAPipeCounts() async throws {
        let pipe = BytePipe()
        pipe.finish(Broken())
        pipe.finish()
        pipe.finish(CancellationError())
        await #expect(throws: Broken.self) { try await pipe.next() }
    }
}
