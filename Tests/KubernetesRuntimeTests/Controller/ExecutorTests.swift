// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import TestServers
import TestSupport
import Testing

@testable import KubernetesRuntime

/// What is told of objects that are not as they were left.
@Suite(.timeLimit(.minutes(5)))
struct ExecutorTests {
    /// An executor with a filled cache, and the notes of its events.
    private static func run(
        _ body: @escaping @Sendable (ManualRig, Executor, _ owner: ObjectReference, ReconcileContext) async throws ->
            Void
    ) async throws -> [String] {
        let notes = Recorder<String>()
        try await ManualRig.run { rig, _ in
            try await rig.create("orders")
            let owner = try #require(try await rig.widget("orders")).reference
            let executor = Executor(rig.client, stores: [rig.configMaps]) { event, _, _ in notes.record(event.note) }
            try await rig.following {
                try await body(rig, executor, owner, Self.context(rig, executor))
            }
        }
        return notes.all
    }

    private static func context(_ rig: ManualRig, _ executor: Executor) -> ReconcileContext {
        ReconcileContext(id: "1", log: rig.log, time: .now, failingFor: nil, ownerships: executor.ownerships())
    }

    private static func intent(_ rig: ManualRig) -> ApplyIntent {
        var intent = ConfigText.intent(rig.key("orders"), ["text": "hello"])
        intent.body["metadata"]?["labels"] = ["app.kubernetes.io/managed-by": "kittiwake"]
        return intent
    }

    @Test(.rows(213)) func whatWeDeletedOurselvesIsNoDrift() async throws {
        let notes = try await Self.run { rig, executor, owner, context in
            try await executor.apply(Self.intent(rig), for: owner, in: context)
            let made = try #require(rig.configMaps[rig.key("orders")])
            let object = ObjectReference(kind: .configMap, key: rig.key("orders"))
            try await executor.delete(object, uid: made.metadata.uid ?? "", for: owner, in: context)
            await until { rig.configMaps[rig.key("orders")] == nil }
            try await executor.apply(Self.intent(rig), for: owner, in: Self.context(rig, executor))
            #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "hello")
        }
        #expect(notes.isEmpty, "\(notes)")
    }

    @Test(.rows(213)) func whatSomebodyElseDeletedIsToldAsSuch() async throws {
        let notes = try await Self.run { rig, executor, owner, context in
            try await executor.apply(Self.intent(rig), for: owner, in: context)
            let made = try #require(rig.configMaps[rig.key("orders")])
            try await rig.client.delete(.configMap, rig.key("orders"), uid: made.metadata.uid ?? "")
            await until { rig.configMaps[rig.key("orders")] == nil }
            try await executor.apply(Self.intent(rig), for: owner, in: Self.context(rig, executor))
        }
        #expect(notes.count == 1 && notes[0].hasSuffix("was deleted and is made again"), "\(notes)")
    }

    @Test(.rows(213)) func whatACacheLostIsNoDrift() async throws {
        let notes = try await Self.run { rig, executor, owner, context in
            try await executor.apply(Self.intent(rig), for: owner, in: context)
            rig.configMaps.replace(with: [], at: nil)
            #expect(rig.configMaps[rig.key("orders")] == nil)
            try await executor.apply(Self.intent(rig), for: owner, in: Self.context(rig, executor))
        }
        #expect(notes.isEmpty, "\(notes)")
    }
}
