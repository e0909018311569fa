// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

/// A reflector against an API server that fails in every way it knows.
@Suite(.timeLimit(.minutes(5)))
struct ReflectorTests {
    /// What a test plays with.
    struct Rig: Sendable {
        let server: APIServer
        let client: KubernetesClient
        let store: Store<ConfigText>
        let health: ReflectorHealth
        let clock: ManualClock
        /// Keys as they are handed on; a `-` in front if the object has gone.
        let handedOn: Recorder<String>

        func apply(_ name: String, _ text: String) async throws {
            let key = ObjectKey(namespace: "default", name: name)
            _ = try await client.merge(.configMap, key, ["data": ["text": .string(text)]])
        }

        func create(_ name: String, _ text: String = "x") async throws {
            let key = ObjectKey(namespace: "default", name: name)
            let body = ConfigText.intent(key, ["text": .string(text)]).body
            _ = try await client.create(.configMap, namespace: "default", body)
        }

        func delete(_ name: String) async throws {
            let key = ObjectKey(namespace: "default", name: name)
            let uid = try await client.get(ConfigText.self, key)?.metadata.uid
            try await client.delete(.configMap, key, uid: uid ?? "")
        }

        /// Waits until the store has exactly these texts.
        func has(_ texts: [String: String]) async throws {
            _ = try await eventually {
                let pairs = store.keys.map { ($0.name, store[$0]?.text ?? "") }
                return Dictionary(uniqueKeysWithValues: pairs) == texts ? true : nil
            }
        }

        /// What the reflector has asked for, `LIST` or `WATCH`.
        var asked: [String] {
            server.requests.filter { $0.hasSuffix("/configmaps") && !$0.hasPrefix("POST") }.map {
                $0.hasPrefix("WATCH") ? "WATCH" : "LIST"
            }
        }

        func hasAsked(_ requests: [String]) async throws {
            _ = try await eventually { asked == requests ? true : nil }
        }

        func waitForWatch() async throws { _ = try await eventually { server.watchCount > 0 ? true : nil } }

        /// Lets the back-off end: 800 ms, doubled each time.
        func endBackoff(after start: Duration = .zero, _ delay: Duration = .milliseconds(800)) async {
            await clock.waitForSleeper(until: start + delay)
            clock.advance(by: delay)
        }
    }

    func run(
        scope: ListScope = ListScope(namespace: "default"),
        settings: KubernetesClient.Settings = KubernetesClient.Settings(),
        before: @escaping @Sendable (Rig) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        try await withAPIServer { server, access in
            let handedOn = Recorder<String>()
            let store = Store<ConfigText>()
            _ = store.subscribe { change in
                handedOn.record((change.new == nil ? "-" : "") + ((change.new ?? change.old)?.metadata.name ?? ""))
            }
            let rig = Rig(
                server: server,
                client: KubernetesClient(access, settings),
                store: store,
                health: ReflectorHealth(),
                clock: ManualClock(),
                handedOn: handedOn
            )
            try await before(rig)
            let reflector = Reflector(
                ClientSource(rig.client, scope),
                into: rig.store,
                scope: scope,
                health: rig.health,
                clock: rig.clock,
                log: Log(level: .error, write: { _ in }),
                jitter: { 0 }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await reflector.run() }
                defer { group.cancelAll() }
                try await body(rig)
            }
        }
    }

    func synced(_ body: @escaping @Sendable (Rig) async throws -> Void) async throws {
        try await run { rig in
            try await rig.create("a", "1")
        } _: { rig in
            try await rig.health.synced.wait()
            try await rig.waitForWatch()
            try await body(rig)
        }
    }

    // MARK: As it should be

    @Test(.rows(327)) func theStoreFollowsTheServer() async throws {
        try await synced { rig in
            try await rig.create("b", "2")
            try await rig.apply("a", "3")
            try await rig.has(["a": "3", "b": "2"])
            try await rig.delete("a")
            try await rig.has(["b": "2"])
            #expect(rig.handedOn.all == ["a", "b", "a", "-a"])
            #expect(rig.asked.filter { $0 == "LIST" }.count == 1)
        }
    }

    @Test func aNormalEndGoesOnFromTheLastBookmark() async throws {
        try await synced { rig in
            // Something that this watch does not see moves the server on.
            _ = try await AnyServer.namespace(rig.client)
            rig.server.sendBookmarks()
            rig.server.compact()
            try await rig.create("b", "2")
            try await rig.has(["a": "1", "b": "2"])
            rig.server.endWatches()
            try await rig.create("c", "3")
            try await rig.has(["a": "1", "b": "2", "c": "3"])
            #expect(rig.asked.filter { $0 == "LIST" }.count == 1)
            #expect(rig.clock.sleeperCount == 0)
        }
    }

    // MARK: Faults (row 190)

    @Test(.rows(190)) func goneAfterProgressListsAgainAndLosesNothing() async throws {
        try await synced { rig in
            try await rig.create("b", "2")
            try await rig.has(["a": "1", "b": "2"])
            rig.server.inject(.expired) { $0.query.contains("watch=1") }
            rig.server.endWatches()
            try await rig.delete("a")
            try await rig.apply("b", "3")
            try await rig.has(["b": "3"])
            #expect(rig.handedOn.all.contains("-a"))
        }
    }

    @Test(.rows(190)) func aCompactedHistoryLosesNothing() async throws {
        try await synced { rig in
            try await rig.create("b", "2")
            try await rig.has(["a": "1", "b": "2"])
            rig.server.inject(.status(503, reason: "ServiceUnavailable")) { $0.query.contains("watch=1") }
            rig.server.cutWatches()
            await rig.endBackoff()
            await rig.clock.waitForSleeper(until: .milliseconds(2400))
            try await rig.delete("a")
            rig.server.compact()
            try await rig.create("c", "4")
            rig.clock.advance(by: .milliseconds(1600))
            try await rig.has(["b": "2", "c": "4"])
            #expect(rig.handedOn.all.contains("-a"))
        }
    }

    @Test(.rows(190)) func aRestartOfTheServerLosesNothing() async throws {
        try await synced { rig in
            rig.server.cutWatches()
            try await rig.create("b", "2")
            try await rig.delete("a")
            await rig.endBackoff()
            try await rig.has(["b": "2"])
            // From where it was, without a list.
            #expect(rig.asked == ["LIST", "WATCH", "WATCH"])
        }
    }

    @Test(.rows(190)) func aWatchThatFellSilentBeginsAgainFromWhereItWas() async throws {
        var settings = KubernetesClient.Settings(log: Log(level: .error))
        settings.jitter = { 0 }
        settings.deadlines.watch = .seconds(1)
        settings.deadlines.watchSilence = .seconds(1)
        let versions = Recorder<String>()
        try await run(settings: settings) { rig in
            try await rig.create("a", "1")
            rig.server.inject(.closed) { request in
                let fields = request.query.split(separator: "&")
                if fields.contains("watch=1"), let version = fields.first(where: { $0.hasPrefix("resourceVersion=") }) {
                    versions.record(String(version))
                }
                return false  // it only looks on
            }
        } _: { rig in
            // This server does not end watches by itself, and on a busy machine one may fall silent at any time.
            let reaches = { @Sendable (condition: @Sendable () -> Bool) in
                await until {
                    rig.clock.advance(by: .milliseconds(800))
                    return condition()
                }
            }
            try await rig.waitForWatch()
            try await rig.create("b", "2")
            await reaches { rig.store.keys.count == 2 }
            let last = rig.server.version
            await reaches { versions.all.last == "resourceVersion=\(last)" }
            try await rig.create("c", "3")
            await reaches { rig.store.keys.count == 3 }
            #expect(rig.asked.filter { $0 == "LIST" }.count == 1)
            #expect(Array(rig.health.restarts.keys) == ["transport"])
        }
    }

    @Test func aServerThatTurnsUsAwayIsNotAskedInAHotLoop() async throws {
        try await run { rig in
            rig.server.inject(.closed) { $0.query.contains("watch=1") }
            rig.server.inject(.closed) { $0.query.contains("watch=1") }
        } _: { rig in
            await rig.endBackoff()
            await rig.endBackoff(after: .milliseconds(800), .milliseconds(1600))
            try await rig.create("b", "2")
            try await rig.has(["b": "2"])
            #expect(rig.asked == ["LIST", "WATCH", "WATCH", "WATCH"])
        }
    }

    @Test func goneRightAfterAListIsNotAskedInAHotLoop() async throws {
        try await run { rig in
            rig.server.inject(.expired) { $0.query.contains("watch=1") }
        } _: { rig in
            await rig.endBackoff()
            try await rig.hasAsked(["LIST", "WATCH", "LIST", "WATCH"])
        }
    }

    @Test func aLineThatCannotBeReadIsNotAskedForAgain() async throws {
        for fault in [Fault.garbage, .longLine] {
            try await run { rig in
                rig.server.inject(fault) { $0.query.contains("watch=1") }
            } _: { rig in
                await rig.endBackoff()
                try await rig.hasAsked(["LIST", "WATCH", "LIST", "WATCH"])
                #expect(rig.health.restarts == ["unreadable": 1])
            }
        }
    }

    @Test func aCutLineIsSimplyReadAgain() async throws {
        try await run { rig in
            rig.server.inject(.cutLine) { $0.query.contains("watch=1") }
        } _: { rig in
            await rig.endBackoff()
            try await rig.hasAsked(["LIST", "WATCH", "WATCH"])
        }
    }

    @Test func anExpiredTokenBeginsTheListAnew() async throws {
        try await run { rig in
            for number in 0..<501 { try await rig.create("n\(number)") }
            rig.server.forgetRequests()
            rig.server.inject(.status(410, reason: "Expired")) { $0.query.contains("continue=") }
        } _: { rig in
            try await rig.health.synced.wait()
            #expect(rig.store.count == 501)
            // First page, second page refused, all in one.
            #expect(rig.asked.prefix(3) == ["LIST", "LIST", "LIST"])
        }
    }

    @Test func whatTheServerAsksToWaitIsWaited() async throws {
        try await run { rig in
            rig.server.inject(.status(429, reason: "TooManyRequests", retryAfter: 7))
        } _: { rig in
            await rig.endBackoff(.seconds(7))
            try await rig.health.synced.wait()
        }
    }

    @Test func anAnswerFromThePastDoesNotUndoWhatIsKnown() async throws {
        try await synced { rig in
            let past = rig.server.version
            let key = ObjectKey(namespace: "default", name: "a")
            let change: JSON = ["data": ["text": "2"]]
            let written = try await rig.client.merge(.configMap, key, change)
            #expect(rig.store.absorb(written) != nil)
            rig.server.inject(.past(past)) { $0.query.contains("limit=") }
            rig.server.inject(.expired) { $0.query.contains("watch=1") }
            rig.server.cutWatches()
            await rig.endBackoff()
            try await rig.create("b", "3")
            try await rig.has(["a": "2", "b": "3"])
            #expect(!rig.handedOn.all.contains("-a"))
        }
    }

    @Test(.rows(332)) func aNamespaceThatMayNotBeReadAnyMoreIsFreed() async throws {
        try await synced { rig in
            rig.server.inject(.status(403, reason: "Forbidden"), times: 6)
            rig.server.cutWatches()
            // The watch is forbidden, and then the list. A server that was just started refuses everybody for a while.
            var (start, delay) = (Duration.zero, Duration.milliseconds(800))
            for _ in 0..<6 {
                await rig.endBackoff(after: start, delay)
                (start, delay) = (start + delay, delay * 2)
                if !rig.server.isFaultless { #expect(rig.handedOn.all == ["a"]) }
            }
            await rig.clock.waitForSleeper(until: start + .seconds(30))
            try await rig.has([:])
            #expect(rig.health.problem?.contains("403") == true)
            #expect(rig.handedOn.all == ["a", "-a"])
            await rig.endBackoff(after: start, .seconds(30))
            try await rig.has(["a": "1"])
            #expect(rig.health.problem == nil)
        }
    }

    @Test func aMissingPermissionShowsUntilItIsThere() async throws {
        try await run(scope: .everything) { rig in
            rig.server.inject(.status(403, reason: "Forbidden"))
        } _: { rig in
            await rig.clock.waitForSleeper(until: .milliseconds(800))
            #expect(rig.health.problem?.contains("the role needs the verb list for configmaps") == true)
            #expect(!rig.health.synced.isOpen)
            rig.clock.advance(by: .milliseconds(800))
            try await rig.health.synced.wait()
            #expect(rig.health.problem == nil)
        }
    }
}
