// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct StageTests {
    struct LostLease: Error, Equatable {}

    let log = Recorder<String>()
    let clock = ManualClock()
    let shutdown = Latch()

    /// A stage that says when it starts and stops, and works until it is asked to end.
    func stage(_ name: String, _ work: (@Sendable () async throws -> Void)? = nil) -> Stage {
        Stage(name) { [log] ready, stop in
            log.record("+\(name)")
            ready.open()
            do {
                if let work { try await work() } else { try await stop.wait() }
                log.record("-\(name)")
            } catch {
                log.record("!\(name)")
                throw error
            }
        }
    }

    @Test func stagesStopInReverseOrder() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                let stages = [stage("health"), stage("reflectors"), stage("leader")]
                try await runStages(stages, until: shutdown, grace: .seconds(30), clock: clock)
            }
            await log.wait(for: 3)
            shutdown.open()
            try await group.waitForAll()
        }
        #expect(log.all == ["+health", "+reflectors", "+leader", "-leader", "-reflectors", "-health"])
    }

    @Test func aLostLeaseEndsTheProgramButTheEarlierStagesStopInOrder() async {
        let stages = [
            stage("health"), stage("election") { throw LostLease() }, stage("leader"),
        ]
        await #expect(throws: LostLease.self) {
            try await runStages(stages, until: shutdown, grace: .seconds(30), clock: clock)
        }
        #expect(log.all.first == "+health")
        #expect(log.all.last == "-health")
        #expect(!log.all.contains("-leader"))
    }

    @Test func aStageThatDoesNotStopIsCancelledAfterTheGrace() async {
        let stages = [
            stage("health"),
            stage("stuck") { [clock] in try await clock.sleep(for: .seconds(3600)) },
        ]
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                try await runStages(stages, until: shutdown, grace: .seconds(30), clock: clock)
            }
            await log.wait(for: 2)
            shutdown.open()
            await clock.waitForSleeper(until: .seconds(30))
            clock.advance(by: .seconds(30))
            await #expect(throws: DeadlineExceeded(limit: .seconds(30))) { try await group.next() }
        }
        #expect(log.all.contains("!stuck"))
    }

    @Test func aStageThatIsNeverReadyDoesNotBlockTheShutdown() async throws {
        let warming = Stage("reflectors") { [log] _, stop in
            log.record("+reflectors")
            try await stop.wait()
            log.record("-reflectors")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                let stages = [stage("health"), warming, stage("leader")]
                try await runStages(stages, until: shutdown, grace: .seconds(30), clock: clock)
            }
            await log.wait(for: 2)
            shutdown.open()
            try await group.waitForAll()
        }
        #expect(log.all == ["+health", "+reflectors", "-reflectors", "-health"])
    }
}
