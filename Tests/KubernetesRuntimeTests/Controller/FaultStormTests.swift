// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPServer
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

/// Everything goes wrong while users go on working; afterwards the cluster is as they wanted it.
@Suite(.timeLimit(.minutes(5)))
struct FaultStormTests {
    /// The users' requests are spared.
    @Sendable static func isOurs(_ request: ServerRequest) -> Bool { request.header("authorization") == nil }

    @Test(.rows(190, 328), arguments: 1...6) func noEventIsLostAndNoObjectDoubled(seed: UInt64) async throws {
        try await withAPIServer { server, access in
            let clock = ScaledClock(factor: 100)
            var settings = KubernetesClient.Settings(log: Log(level: .error, write: { _ in }))
            settings.sleep = { try await clock.sleep(for: $0) }
            var rig = WidgetRig(client: KubernetesClient(access, settings), namespace: "default", clock: clock)
            // The requests of a reconcile take real time, and on a busy machine more than a hundredth of two minutes.
            rig.deadline = .seconds(12_000)
            var users = access
            users.token = .text(Secret("a user"))
            try await storm(
                server,
                rig,
                WidgetRig(client: KubernetesClient(users), namespace: "default", clock: clock),
                seed
            )
        }
    }

    func storm(
        _ server: APIServer,
        _ rig: WidgetRig<ScaledClock>,
        _ user: WidgetRig<ScaledClock>,
        _ seed: UInt64
    ) async throws {
        let wanted = Locked<[String: String]>([:])
        try await rig.run { controller in
            var random = SeededGenerator(seed: seed)
            for round in 0..<120 {
                let name = "w\(Int.random(in: 0..<12, using: &random))"
                let text = "text \(round)"
                switch (wanted.withLock { $0[name] }, Int.random(in: 0..<4, using: &random)) {
                case (nil, _):
                    // Its predecessor may still be on its way out.
                    try await eventuallySame(rig, controller) {
                        try await user.widget(name).map { ["in round \(round) \(name) is still \($0)"] } ?? []
                    }
                    try await collectGarbage(user)
                    try await user.create(name, text: text)
                    wanted.withLock { $0[name] = text }
                case (_, 0):
                    try await user.delete(name)
                    wanted.withLock { $0[name] = nil }
                case (_, 1):
                    // By hand, in the child.
                    _ = try? await user.client.merge(.configMap, user.key(name), ["data": ["text": "drift"]])
                default:
                    try await user.apply(name, text: text)
                    wanted.withLock { $0[name] = text }
                }
                disturb(server, &random)
            }
            try await settle(rig, user, controller, wanted.withLock { $0 })
        }
    }

    func disturb(_ server: APIServer, _ random: inout SeededGenerator) {
        let isWatch = { @Sendable (request: ServerRequest) in
            Self.isOurs(request) && request.query.contains("watch=1")
        }
        let isWrite = { @Sendable (request: ServerRequest) in Self.isOurs(request) && request.method != "GET" }
        switch Int.random(in: 0..<14, using: &random) {
        case 0: server.cutWatches()
        case 1: server.endWatches()
        case 2:
            server.compact()
            server.cutWatches()
        case 3: server.inject(.expired, where: isWatch)
        case 4: server.inject(.cutLine, where: isWatch)
        case 5: server.inject(.garbage, where: isWatch)
        case 6: server.inject(.pieces, where: isWatch)
        case 7: server.inject(.lostAnswer, where: isWrite)
        case 8: server.inject(.status(409, reason: "Conflict"), where: isWrite)
        case 9: server.inject(.status(500, reason: "InternalError"), where: Self.isOurs)
        case 10: server.inject(.status(503, reason: "ServiceUnavailable", retryAfter: 1), where: Self.isOurs)
        case 11: server.inject(.status(429, reason: "TooManyRequests"), where: Self.isOurs)
        case 12: server.inject(.past(server.version - 3)) { Self.isOurs($0) && $0.query.contains("limit=") }
        default: server.sendBookmarks()
        }
    }

    /// Waits until the cluster is as wanted and the stores are as the cluster.
    func settle(
        _ rig: WidgetRig<ScaledClock>,
        _ user: WidgetRig<ScaledClock>,
        _ controller: Controller<WidgetReconciler, ScaledClock>,
        _ wanted: [String: String]
    ) async throws {
        let everything = ListScope(namespace: "default")
        try await eventuallySame(rig, controller) {
            try await collectGarbage(user)
            let widgets = try await user.client.page(Widget.self, everything, limit: nil).items.compactMap(\.value)
            let texts = try await user.client.page(ConfigText.self, everything, limit: nil).items.compactMap(\.value)
            let shown = texts.filter { wanted[$0.metadata.name] != nil }.map { ($0.metadata.name, $0.text ?? "") }
            let versions = widgets.map { ($0.metadata.name, $0.metadata.resourceVersion ?? "") }
            let cached = rig.widgets.keys.map { ($0.name, rig.widgets.entry($0)?.metadata.resourceVersion ?? "") }
            let waiting = widgets.filter { !isDone($0) }
            return Self.differences("text in the ConfigMap", of: shown, from: Array(wanted))
                + Self.differences("version in the cache", of: cached, from: versions)
                + Self.differences("widget", of: versions.map { ($0.0, "") }, from: wanted.map { ($0.key, "") })
                + waiting.map { "\($0.metadata.name) is not done: \($0)" }
        }
    }

    /// Waits until there is no difference. When the time is over, it says which there are, and what was done last.
    func eventuallySame(
        _ rig: WidgetRig<ScaledClock>,
        _ controller: Controller<WidgetReconciler, ScaledClock>,
        _ differences: () async throws -> [String]
    ) async throws {
        var last: [String] = []
        do {
            _ = try await eventually { () -> Bool? in
                last = try await differences()
                return last.isEmpty ? true : nil
            }
        } catch {
            let queue = "queue: \(controller.state.snapshot), cached: \(rig.widgets.keys.map(\.name).sorted())"
            let story = last + [queue] + rig.lines.all.suffix(40)
            Issue.record("\(story.joined(separator: "\n"))")
            throw error
        }
    }

    static func differences(_ what: String, of found: [(String, String)], from wanted: [(String, String)]) -> [String] {
        let (found, wanted) = (Dictionary(uniqueKeysWithValues: found), Dictionary(uniqueKeysWithValues: wanted))
        let names = Set(found.keys).union(wanted.keys).filter { found[$0] != wanted[$0] }.sorted()
        return names.map { "\($0): \(what) is \(found[$0] ?? "not there") and not \(wanted[$0] ?? "missing")" }
    }

    /// What the garbage collector of a cluster does when owners have gone. What was deleted comes back to the cache with a
    /// list from the past, and then its ConfigMap is made once more, for an owner that is not there.
    func collectGarbage(_ user: WidgetRig<ScaledClock>) async throws {
        let everything = ListScope(namespace: "default")
        // Objects before their owners: what is made in between has one that is there.
        let texts = try await user.client.page(ConfigText.self, everything, limit: nil).items.compactMap(\.value)
        let widgets = try await user.client.page(Widget.self, everything, limit: nil).items.compactMap(\.value)
        let owners = Set(widgets.compactMap(\.metadata.uid))
        for text in texts {
            guard let owner = text.metadata.controller?.uid, !owners.contains(owner) else { continue }
            try await user.client.delete(.configMap, text.metadata.key, uid: text.metadata.uid ?? "")
        }
    }

    func isDone(_ widget: Widget) -> Bool {
        widget.status?.conditions["Ready"]?.status == .true
            && widget.status?.observedGeneration == widget.metadata.generation
    }
}
