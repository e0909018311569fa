// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

/// How the parts are put together, on a real API server.
@Suite(.timeLimit(.minutes(1)))
struct ControllerTests {
    let announced = Recorder<String>()
    let events = Recorder<String>()

    @Test(arguments: AnyServer.allCases) func aResourceGoesAllTheWay(_ server: AnyServer) async throws {
        try await server.run { client, namespace in try await self.goAllTheWay(client, namespace) }
    }

    func goAllTheWay(_ client: KubernetesClient, _ namespace: String) async throws {
        let key = ObjectKey(namespace: namespace, name: "orders")

        let widgets = Store<Widget>(indexes: [WidgetReconciler.byText])
        let configMaps = Store<PartialObject<ConfigMaps>>()
        let scope = ListScope(namespace: namespace)
        let owned = ListScope(namespace: namespace, labelSelector: "app.kubernetes.io/managed-by=kittiwake")
        let log = Log(level: .error)
        let clock = ContinuousClock()
        let widgetReflector = Reflector(
            ClientSource(client, scope),
            into: widgets,
            scope: scope,
            clock: clock,
            log: log
        )
        let configMapReflector = Reflector(
            ClientSource(client, owned),
            into: configMaps,
            scope: owned,
            clock: clock,
            log: log
        )
        let executor = Executor(client, caches: [widgets, configMaps]) { [events] event, about, reconcile in
            events.record("\(event.reason) \(about) \(reconcile.isEmpty ? "" : "with id")")
        }
        let controller = Controller(
            WidgetReconciler(widgets: widgets) { [announced] what, _ in announced.record(what.text) },
            widgets,
            triggers: [.owned(configMaps, by: Widget.kind)],
            executor: executor,
            clock: clock,
            settings: .init(workers: 2, log: log)
        )
        let stop = Latch()

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await widgetReflector.run() }
            group.addTask { await configMapReflector.run() }
            try await widgetReflector.health.synced.wait()
            try await configMapReflector.health.synced.wait()
            group.addTask { await controller.run(until: stop) }

            _ = try await client.apply(
                ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "hello"))
            )
            let ready = try await eventually {
                let widget = try await client.get(Widget.self, key)
                return widget?.status?.conditions["Ready"]?.status == .true ? widget : nil
            }
            #expect(ready.metadata.finalizers == ["kittiwake.example/cleanup"])
            #expect(ready.status?.observedGeneration == 1)
            #expect(try await client.get(ConfigText.self, key)?.text == "hello")

            // Drift is put right.
            _ = try await client.merge(.configMap, key, ["data": ["text": "changed by hand", "other": "stays"]])
            _ = try await eventually { try await client.get(ConfigText.self, key)?.text == "hello" ? true : nil }

            // What needs cleaning up is cleaned up, and then lets go.
            try await client.delete(Widget.kind, key, uid: ready.metadata.uid ?? "")
            _ = try await eventually { try await client.get(Widget.self, key) == nil ? true : nil }
            #expect(announced.all.last == "bye")
            #expect(events.all.first == "Written Widget \(key) with id")
            stop.open()
            group.cancelAll()
        }
    }
}
