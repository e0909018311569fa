// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ClientLeaseStoreTests {
    func record(_ holder: String, transitions: Int = 0) -> LeaseRecord {
        LeaseRecord(
            holder: holder,
            durationSeconds: 15,
            transitions: transitions,
            renewStamp: "2026-01-02T03:04:05.000006Z",
            acquireStamp: "2026-01-02T03:04:05.000006Z"
        )
    }

    @Test(.rows(98), arguments: AnyServer.allCases)
    func onlyWhoKnowsTheVersionWrites(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let store = ClientLeaseStore(client, ObjectKey(namespace: namespace, name: "leader"))
            #expect(try await store.read() == nil)
            let first = try await store.write(record("a"), over: nil)
            await #expect(throws: KubernetesError.self) { try await store.write(record("b"), over: nil) }
            let second = try await store.write(record("a", transitions: 1), over: first)
            await #expect(throws: KubernetesError.self) { try await store.write(record("b"), over: first) }
            let stored = try await store.read()
            #expect(stored == StoredLease(record: record("a", transitions: 1), version: second))

            let released = try #require(stored?.record.released(by: "a", stamp: record("a").renewStamp))
            _ = try await store.write(released, over: second)
            #expect(try await store.read()?.record.holder == "")
        }
    }

    /// With real requests; the times of the clock are a test's.
    @Test(.rows(101, 189, 330), arguments: AnyServer.allCases, [0, 1])
    func theOtherReplicaLeadsWithinOneRetryPeriodOfARelease(_ server: AnyServer, jitter: Double) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "leader")
            let clock = ManualClock()
            let log = Recorder<String>()
            let stops = ["a": Latch(), "b": Latch()]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, stop) in stops {
                    let keeper = LeaseKeeper(
                        ClientLeaseStore(client, key),
                        identity: name,
                        clock: clock,
                        jitter: { jitter },
                        stamp: { "2026-01-02T03:04:05.000006Z" },
                        report: { _ in },
                        overrun: {}
                    )
                    let leadership = Leadership(keeper, log: Log(level: .error)) { _ in }
                    group.addTask {
                        try await leadership.run(until: stop) { term in
                            log.record("\(name) \(term.epoch)")
                            try await stop.wait()
                        }
                    }
                }
                await log.wait(for: 1)
                let first = try #require(log.all.first?.prefix(1))
                stops[String(first)]?.open()
                _ = try await eventually { try await client.get(Lease.self, key)?.holder == "" ? true : nil }
                // It has looked at this very moment, so it waits as long as it ever does.
                await clock.waitForSleeper(until: LeaseTimings().pause(jitter: jitter))
                clock.advance(by: .seconds(2))
                await log.wait(for: 2)
                #expect(log.all.last == (first == "a" ? "b 1" : "a 1"))
                for stop in stops.values { stop.open() }
                try await group.waitForAll()
            }
        }
    }
}
