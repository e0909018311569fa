// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// What a server does wrong now and then.
@Suite(.timeLimit(.minutes(5)))
struct KubernetesClientTests {
    let slept = Recorder<Duration>()
    let counted = Recorder<String>()
    let key = ObjectKey(namespace: "default", name: "orders")

    func run(_ body: @escaping @Sendable (APIServer, KubernetesClient) async throws -> Void) async throws {
        try await withAPIServer { server, access in
            var settings = KubernetesClient.Settings(log: Log(level: .error))
            settings.sleep = { [slept] in slept.record($0) }
            settings.jitter = { 0 }
            settings.count = { [counted] code, method, host in
                counted.record("\(method) \(code) \(host.hasPrefix("127.0.0.1:"))")
            }
            try await body(server, KubernetesClient(access, settings))
        }
    }

    @Test func whatTheServerAsksToWaitIsWaited() async throws {
        try await run { server, client in
            server.inject(.status(429, reason: "TooManyRequests", retryAfter: 3))
            server.inject(.status(503, reason: "ServiceUnavailable"))
            _ = try await client.apply(ConfigText.intent(key, ["text": "x"]))
            #expect(slept.all == [.seconds(3), .milliseconds(500)])
            #expect(counted.all == ["PATCH 429 true", "PATCH 503 true", "PATCH 201 true"])
        }
    }

    @Test func aReadIsSentAgainAndAWriteIsNot() async throws {
        try await run { server, client in
            server.inject(.status(500, reason: "InternalError"))
            let object = try await client.get(ConfigText.self, key)
            #expect(object == nil)
            #expect(slept.all.count == 1)
            server.inject(.status(500, reason: "InternalError"))
            await expect(.internal) { _ = try await client.apply(ConfigText.intent(key, [:])) }
        }
    }

    @Test func aLostAnswerToAWriteIsOfUnknownOutcome() async throws {
        try await run { server, client in
            server.inject(.lostAnswer)
            await expect(.transport) { _ = try await client.apply(ConfigText.intent(key, ["text": "x"])) }
            let object = try await client.get(ConfigText.self, key)
            #expect(object?.text == "x")
            // Applying again is right in both cases.
            let again = try await client.apply(ConfigText.intent(key, ["text": "x"]))
            #expect(!again.isNew)
        }
    }

    @Test func listsAndWatchesAreLeftToWhoeverWaits() async throws {
        try await run { server, client in
            server.inject(.status(503, reason: "ServiceUnavailable", retryAfter: 5))
            await #expect { try await client.page(ConfigText.self, .everything) } throws: {
                ($0 as? KubernetesError)?.retryAfter == .seconds(5)
            }
            server.inject(.status(500, reason: "InternalError"))
            await expect(.internal) { _ = try await client.watch(ConfigText.self, .everything, from: "1") }
            #expect(slept.all.isEmpty)
        }
    }

    @Test func aServerThatIsNotThereIsATransportError() async throws {
        var settings = KubernetesClient.Settings(log: Log(level: .error))
        settings.sleep = { _ in }
        settings.count = { [counted] code, method, _ in counted.record("\(method) \(code)") }
        let client = KubernetesClient(ClusterAccess(server: "http://127.0.0.1:1"), settings)
        await expect(.transport) { _ = try await client.get(ConfigText.self, key) }
        #expect(counted.all == Array(repeating: "GET <error>", count: 4))
    }

    @Test func aCancelledCallSaysSo() async throws {
        try await run { server, client in
            let answer = Latch()
            server.inject(.slow(answer))
            let outcome = await running {
                try await client.get(ConfigText.self, self.key)
            } while: { cancel in
                await until { server.isFaultless }
                cancel()
            }
            #expect(throws: KubernetesError.self) { try outcome.get() }
            if case .failure(let error as KubernetesError) = outcome { #expect(error.code == .cancelled) }
            answer.open()
        }
    }

    @Test func atMostThirtyTwoCallsAreUnderWay() async throws {
        try await run { server, client in
            let gate = Latch()
            server.inject(.slow(gate), times: 32)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 { group.addTask { _ = try await client.get(ConfigText.self, key) } }
                await until { server.requests.count >= 32 }
                // The Lease does not stand in that line.
                let lease = try await client.get(Lease.self, key)
                #expect(lease == nil)
                #expect(server.requests.count == 33)
                gate.open()
                try await group.waitForAll()
            }
            #expect(server.requests.count == 41)
        }
    }

    @Test func oneUnreadableObjectDoesNotStopTheOthers() async throws {
        try await run { _, client in
            for (name, text) in [("a", "1"), ("b", "2")] as [(String, JSON)] {
                let key = ObjectKey(namespace: "default", name: name)
                var body = Widget.manifest(key, text: "")
                if name == "a" { body["spec"] = ["text": 5] } else { body["spec"] = ["text": text] }
                _ = try await client.apply(ApplyIntent(kind: Widget.kind, key: key, body: body))
            }
            let items = try await client.page(Widget.self, .everything).items
            #expect(items.map(\.metadata.name) == ["a", "b"])
            #expect(items.map { $0.value?.text } == [nil, "2"])
            guard case .unreadable(_, let error)? = items.first?.content else {
                Issue.record("the first was expected to be unreadable")
                return
            }
            #expect("\(error)" == "spec.text: is uint and not a string")
        }
    }
}
