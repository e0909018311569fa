// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct EventRecorderTests {
    /// What `kubectl events` would show.
    struct Event: Resource {
        static let kind = ResourceKind.event

        var metadata: ObjectMeta
        var reason: String
        var note: String?
        var count: Int?

        init(_ json: borrowing JSONView) throws(JSONError) {
            metadata = try json.value("metadata")
            reason = try json.value("reason")
            note = try json.optional("note")
            let series: JSON? = try json.optional("series")
            if case .integer(let count)? = series?["count"] { self.count = Int(count) }
        }
    }

    static func recorder(_ client: KubernetesClient) -> EventRecorder<ContinuousClock> {
        let log = Log(level: .error)
        return EventRecorder(client, controller: "kittiwake", instance: "pod-1", clock: ContinuousClock(), log: log)
    }

    func run(
        _ server: AnyServer,
        _ body: @escaping @Sendable (
            _ record: @escaping @Sendable (String, String) -> Void,
            _ events: @escaping @Sendable () async throws -> [Event]
        ) async throws -> Void
    ) async throws {
        try await server.run { client, namespace in
            let recorder = Self.recorder(client)
            let about = ObjectReference(
                kind: Widget.kind,
                key: ObjectKey(namespace: namespace, name: "orders"),
                uid: "u"
            )
            let stop = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await recorder.run(until: stop) }
                group.addTask {
                    defer { stop.open() }
                    try await body(
                        { reason, note in
                            let event = EventIntent(.warning, reason: reason, note: note)
                            recorder.record(event, about: about, reconcile: "r1")
                        },
                        {
                            try await client.page(Event.self, ListScope(namespace: namespace)).items.compactMap(\.value)
                        }
                    )
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(.rows(213), arguments: AnyServer.allCases)
    func repetitionRaisesACountInsteadOfNewObjects(_ server: AnyServer) async throws {
        try await run(server) { record, events in
            record("Failed", "no such bucket")
            _ = try await eventually { try await events().first }
            record("Failed", "no such bucket")
            record("Other", "something else")
            let seen = try await eventually {
                let seen = try await events()
                return seen.count == 2 && seen.contains { $0.count == 2 } ? seen : nil
            }
            let failed = try #require(seen.first { $0.reason == "Failed" })
            #expect(failed.note == "no such bucket")
            #expect(failed.metadata.annotations["kittiwake/reconcile"] == "r1")
            #expect(seen.first { $0.reason == "Other" }?.count == nil)
        }
    }

    @Test(arguments: AnyServer.allCases) func aLongNoteIsTaken(_ server: AnyServer) async throws {
        try await run(server) { record, events in
            record("Failed", String(repeating: "ä", count: 2_000))
            let event = try await eventually { try await events().first }
            #expect(event.note?.hasSuffix("…") == true)
        }
    }

    @Test func whatIsThereIsSentWhenStopping() async throws {
        try await AnyServer.inProcess.run { client, namespace in
            let recorder = Self.recorder(client)
            for number in 0..<4 {
                let about = ObjectReference(kind: Widget.kind, key: ObjectKey(namespace: namespace, name: "w\(number)"))
                recorder.record(EventIntent(.normal, reason: "Stopped", note: ""), about: about, reconcile: "")
            }
            let stop = Latch()
            stop.open()
            await recorder.run(until: stop)
            let events = try await client.page(Event.self, ListScope(namespace: namespace)).items
            #expect(events.count == 4)
            #expect(recorder.dropped == 0)
        }
    }

    @Test(.rows(198)) func whatTheServerWillNotHaveIsDroppedAndCounted() async throws {
        try await withAPIServer { server, access in
            let lines = Recorder<String>()
            let recorder = EventRecorder(
                KubernetesClient(access),
                controller: "kittiwake",
                instance: "pod-1",
                clock: ManualClock(),
                log: Log(write: { lines.record(String(decoding: $0, as: UTF8.self)) })
            )
            server.inject(.status(403, reason: "Forbidden"))
            let about = ObjectReference(kind: Widget.kind, key: ObjectKey(namespace: "default", name: "orders"))
            let stop = Latch()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await recorder.run(until: stop) }
                recorder.record(EventIntent(.normal, reason: "Written", note: ""), about: about, reconcile: "r7")
                await lines.wait(for: 1)
                group.cancelAll()
            }
            #expect(recorder.dropped == 1)
            let line: JSON = try JSONDocument(parsing: #require(lines.all.first).utf8).decode()
            #expect(line["message"] == "Dropped event")
            #expect(line["namespace"] == "default" && line["name"] == "orders", "the resource that it was about")
            #expect(line["reconcile"] == "r7" && line["event"] == "Written")
            #expect(lines.all.first?.contains("the role needs the verb create for events.events.k8s.io") == true)
        }
    }
}
