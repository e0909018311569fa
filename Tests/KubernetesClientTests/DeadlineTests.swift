// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// A server that takes a request and says nothing more, as one does behind a connection that was dropped in silence.
@Suite(.timeLimit(.minutes(2)))
struct DeadlineTests {
    let slept = Recorder<Duration>()
    let counted = Recorder<String>()
    let key = ObjectKey(namespace: "default", name: "orders")

    /// All deadlines but one are longer than the suite's time limit: only this one can end what the test waits for.
    func client(
        _ access: ClusterAccess,
        _ shorten: (inout KubernetesClient.Deadlines) -> Void
    ) -> KubernetesClient {
        var settings = KubernetesClient.Settings(log: Log(level: .error))
        settings.sleep = { [slept] in slept.record($0) }
        settings.jitter = { 0 }
        settings.count = { [counted] code, method, _ in counted.record("\(method) \(code)") }
        settings.deadlines.call = .seconds(600)
        settings.deadlines.page = .seconds(600)
        settings.deadlines.watch = .seconds(600)
        shorten(&settings.deadlines)
        return KubernetesClient(access, settings)
    }

    @Test func aCallWithoutAnAnswerEnds() async throws {
        try await withAPIServer { server, access in
            let never = Latch()
            server.inject(.slow(never), times: 5)
            let client = client(access) { $0.call = .milliseconds(200) }
            await expect(.transport) { _ = try await client.get(ConfigText.self, key) }
            #expect(counted.all == Array(repeating: "GET <error>", count: 4), "a read is sent again")
            await expect(.transport) { _ = try await client.apply(ConfigText.intent(key, ["text": "x"])) }
            #expect(counted.all.dropFirst(4) == ["PATCH <error>"], "a write is not: nobody knows what became of it")
            #expect(slept.all.count == 3)
        }
    }

    @Test func aPageWithoutAnAnswerEnds() async throws {
        try await withAPIServer { server, access in
            let never = Latch()
            server.inject(.slow(never))
            let client = client(access) { $0.page = .milliseconds(200) }
            await expect(.transport) { _ = try await client.page(ConfigText.self, .everything) }
            #expect(counted.all == ["GET <error>"], "whoever lists does his own waiting")
        }
    }

    @Test func anAnswerThatStopsInTheMiddleEnds() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"items\":["
        let server = try RawServer(answering: head)
        defer { server.stop() }
        let access = ClusterAccess(server: "http://\(server.host)")
        let hasty = client(access) {
            $0.call = .milliseconds(200)
            $0.page = .milliseconds(200)
        }
        await expect(.transport) { _ = try await hasty.page(ConfigText.self, .everything) }
        await expect(.transport) { _ = try await hasty.get(ConfigText.self, key) }
    }

    @Test(arguments: [true, false]) func aSilentWatchEnds(isOpen: Bool) async throws {
        try await withAPIServer { server, access in
            let never = Latch()
            if !isOpen { server.inject(.slow(never)) { $0.query.contains("watch=1") } }
            let client = client(access) {
                $0.watch = .seconds(1)
                $0.watchSilence = .seconds(1)
            }
            await expect(.transport) {
                var events = try await client.watch(ConfigText.self, .everything, from: "\(server.version)")
                #expect(isOpen)
                while try await events.next() != nil {}
                Issue.record("silence is no end")
            }
            #expect(slept.all.isEmpty)
        }
    }

    @Test func theServerIsAskedToEndAWatchBeforeItIsTooSilent() async throws {
        try await withAPIServer { server, access in
            let queries = Recorder<String>()
            server.inject(.closed) { request in
                queries.record(request.query)
                return true
            }
            let client = client(access) {
                $0.watch = .seconds(7)
                $0.watchSpread = .seconds(50)
            }
            let version = "\(server.version)"
            var events = try await client.watch(ConfigText.self, .everything, from: version)
            #expect(try await events.next() == nil)
            #expect(queries.all.first?.contains("timeoutSeconds=7") == true)
            #expect(queries.all.first?.contains("resourceVersion=\(version)") == true)
        }
    }

    @Test func theDeadlinesAreThoseOfTheDesign() {
        let deadlines = KubernetesClient.Settings().deadlines
        #expect((deadlines.call, deadlines.page) == (.seconds(30), .seconds(60)))
        #expect(deadlines.watch == .seconds(240) && deadlines.watch + deadlines.watchSpread < .seconds(300))
        #expect(deadlines.watchSilence == .seconds(5))
    }
}
