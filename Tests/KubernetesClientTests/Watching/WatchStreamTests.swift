// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WatchStreamTests {
    let key = ObjectKey(namespace: "default", name: "orders")

    /// The events of a watch that meets a fault, and how it ended.
    func watch(
        _ fault: Fault?,
        while act: @escaping @Sendable (APIServer, KubernetesClient) async throws -> Void = { _, _ in }
    ) async throws -> (events: [String], end: KubernetesError.Code?) {
        try await withAPIServer { server, access in
            let client = KubernetesClient(access)
            if let fault { server.inject(fault) { $0.query.contains("watch=1") } }
            var stream = try await client.watch(ConfigText.self, .everything, from: "\(server.version)")
            try await act(server, client)
            var events: [String] = []
            do throws(KubernetesError) {
                while let event = try await stream.next() {
                    switch event {
                    case .changed(let object): events.append("changed \(object.value?.text ?? "")")
                    case .deleted: events.append("deleted")
                    case .bookmark(let version): events.append("bookmark \(version == "\(server.version)")")
                    }
                }
                return (events, nil)
            } catch {
                return (events, error.code)
            }
        }
    }

    @Test func aNormalEndIsNoError() async throws {
        let (events, end) = try await watch(nil) { server, client in
            _ = try await client.apply(ConfigText.intent(key, ["text": "x"]))
            server.sendBookmarks()
            server.endWatches()
        }
        #expect(events == ["changed x", "bookmark true"])
        #expect(end == nil)
    }

    @Test func aLineMayArriveInManyPieces() async throws {
        let (events, _) = try await watch(.pieces) { server, client in
            let text = String(repeating: "äöü", count: 200)
            _ = try await client.apply(ConfigText.intent(key, ["text": .string(text)]))
            server.endWatches()
        }
        #expect(events == ["changed " + String(repeating: "äöü", count: 200)])
    }

    @Test func aCutLineIsTheConnectionsFault() async throws {
        #expect(try await watch(.cutLine).end == .transport)
    }

    @Test func aConnectionThatIsCutIsAnError() async throws {
        #expect(try await watch(nil) { server, _ in server.cutWatches() }.end == .transport)
    }

    @Test func aLineThatWouldComeAgainIsUnreadable() async throws {
        #expect(try await watch(.garbage).end == .unreadable)
        #expect(try await watch(.longLine).end == .unreadable)
    }

    @Test(.rows(190)) func anOldVersionIsExpired() async throws {
        #expect(try await watch(.expired).end == .expired)
        let code = try await withAPIServer { server, access in
            let client = KubernetesClient(access)
            let version = "\(server.version)"
            _ = try await client.apply(ConfigText.intent(key, ["text": "x"]))
            server.compact()
            var stream = try await client.watch(ConfigText.self, .everything, from: version)
            do throws(KubernetesError) {
                _ = try await stream.next()
                return nil as KubernetesError.Code?
            } catch {
                return error.code
            }
        }
        #expect(code == .expired)
    }

    @Test func aServerThatTurnsUsAwayEndsTheStreamAtOnce() async throws {
        let (events, end) = try await watch(.closed)
        #expect(events.isEmpty)
        #expect(end == nil)
    }
}
