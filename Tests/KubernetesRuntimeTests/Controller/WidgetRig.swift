// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport

/// Everything that a program puts around a reconciler, on one API server. It shows how the parts fit together.
struct WidgetRig<C: Clock<Duration>>: Sendable {
    typealias Look = @Sendable (Widget) async throws -> Void
    typealias Announce = @Sendable (WidgetReconciler.Announcement, ReconcileContext) async throws -> Void

    let client: KubernetesClient
    let namespace: String
    let clock: C
    /// Of one reconcile.
    var deadline = Duration.seconds(120)
    let metrics = Metrics()
    let lines = Recorder<String>()
    let announced = Recorder<String>()
    /// Each reconcile that came as far as to look around.
    let looked = Recorder<ObjectKey>()
    /// `Written Widget shop/orders`, and the reconcile's id.
    let events = Recorder<(text: String, reconcile: String)>()
    /// The time of day that the controller believes in.
    let time = Locked(MicroTime.now)

    let widgets = Store<Widget>(indexes: [WidgetReconciler.byText])
    let configMaps = Store<PartialObjectMetadata<ConfigMaps>>()

    var log: Log { Log(level: .debug, write: { [lines] in lines.record(String(decoding: $0, as: UTF8.self)) }) }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

    /// As a user does.
    func apply(_ name: String, text: String = "hello", size: Int = 1) async throws {
        let body = Widget.manifest(key(name), text: text, size: size)
        _ = try await client.merge(Widget.kind, key(name), body)
    }

    func create(_ name: String, text: String = "hello", size: Int = 1) async throws {
        _ = try await client.create(
            Widget.kind,
            namespace: namespace,
            Widget.manifest(key(name), text: text, size: size)
        )
    }

    func annotate(_ name: String, _ annotation: String, _ value: JSON) async throws {
        _ = try await client.merge(Widget.kind, key(name), ["metadata": ["annotations": [("\(annotation)"): value]]])
    }

    func delete(_ name: String) async throws {
        let uid = try await client.get(Widget.self, key(name))?.metadata.uid
        try await client.delete(Widget.kind, key(name), uid: uid ?? "")
    }

    /// What the API server shows.
    func widget(_ name: String) async throws -> Widget? { try await client.get(Widget.self, key(name)) }

    func condition(_ type: String, of name: String) async throws -> Condition? {
        try await widget(name)?.status?.conditions[type]
    }

    func isReady(_ name: String) async throws {
        _ = try await eventually { try await condition("Ready", of: name)?.status == .true ? true : nil }
    }

    // MARK: Running

    func reconciler(look: @escaping Look = { _ in }, announce: @escaping Announce) -> WidgetReconciler {
        WidgetReconciler(
            widgets: widgets,
            look: { [looked] widget in
                looked.record(widget.key)
                try await look(widget)
            },
            announce: { [announced] what, context in
                announced.record(what.text)
                try await announce(what, context)
            }
        )
    }

    func controller(
        look: @escaping Look = { _ in },
        announce: @escaping Announce = { _, _ in }
    ) -> Controller<WidgetReconciler, C> {
        let executor = Executor(client, stores: [widgets, configMaps]) { [events] event, about, reconcile in
            events.record((text: "\(event.reason) \(about)", reconcile: reconcile))
        }
        var settings = Controller<WidgetReconciler, C>.Settings(workers: 2, metrics: metrics, log: log)
        settings.deadline = deadline
        settings.time = { [time] in time.withLock { $0 } }
        settings.jitter = { 0 }
        return Controller(
            reconciler(look: look, announce: announce),
            widgets,
            triggers: [.owned(configMaps, by: Widget.kind)],
            executor: executor,
            clock: clock,
            settings: settings
        )
    }

    /// Runs reflectors and controller while `body` plays the user.
    func run(
        look: @escaping Look = { _ in },
        announce: @escaping Announce = { _, _ in },
        _ body: @escaping @Sendable (Controller<WidgetReconciler, C>) async throws -> Void
    ) async throws {
        let controller = controller(look: look, announce: announce)
        try await following {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let stop = Latch()
                group.addTask { await controller.run(until: stop) }
                group.addTask {
                    defer { stop.open() }
                    try await body(controller)
                }
                try await group.waitForAll()
            }
        }
    }

    /// Runs only the reflectors, once they have listed.
    func following(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let scope = ListScope(namespace: namespace)
        let owned = ListScope(namespace: namespace, labelSelector: "app.kubernetes.io/managed-by=kittiwake")
        let first = Reflector(ClientSource(client, scope), into: widgets, scope: scope, clock: clock, log: log)
        let second = Reflector(ClientSource(client, owned), into: configMaps, scope: owned, clock: clock, log: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await first.run() }
            group.addTask { await second.run() }
            defer { group.cancelAll() }
            try await first.health.synced.wait()
            try await second.health.synced.wait()
            try await body()
        }
    }

    /// Waits until the controller has nothing in hand and nothing to take.
    func settled(_ controller: Controller<WidgetReconciler, C>) async {
        await until { controller.state.snapshot.isIdle }
    }
}

typealias ManualRig = WidgetRig<ManualClock>

extension ManualRig {
    /// A rig on the API server of this process.
    static func run(
        _ body: @escaping @Sendable (_ rig: ManualRig, _ server: APIServer) async throws -> Void
    ) async throws {
        try await withAPIServer { server, access in
            var settings = KubernetesClient.Settings(log: Log(level: .error))
            settings.sleep = { _ in await Task.yield() }
            try await body(
                WidgetRig(client: KubernetesClient(access, settings), namespace: "default", clock: ManualClock()),
                server
            )
        }
    }
}
