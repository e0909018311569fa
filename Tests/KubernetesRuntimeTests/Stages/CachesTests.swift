// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CachesTests {
    @Test(.rows(332)) func theStageIsReadyOnceAllNamespacesAreListed() async throws {
        try await withAPIServer { server, access in
            let client = KubernetesClient(access)
            let other = try await AnyServer.namespace(client)
            for namespace in ["default", other] {
                let key = ObjectKey(namespace: namespace, name: "orders")
                _ = try await client.create(Widget.kind, namespace: namespace, Widget.manifest(key, text: "x"))
            }
            let hidden = try await AnyServer.namespace(client)
            let key = ObjectKey(namespace: hidden, name: "orders")
            _ = try await client.create(Widget.kind, namespace: hidden, Widget.manifest(key, text: "x"))

            let widgets = Store<Widget>()
            let texts = Store<ConfigText>()
            var caches = Caches(log: Log(level: .error))
            caches.add(widgets, from: client, namespaces: ["default", other])
            caches.add(texts, from: client)
            #expect(caches.missing.count == 3)

            let stop = Latch()
            let ready = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [caches] in try await caches.stage.run(ready, stop) }
                try await ready.wait()
                #expect(caches.missing == [])
                #expect(Set(widgets.keys.map(\.namespace)) == ["default", other])
                let metrics = caches.metrics
                #expect(metrics.contains(#"kittiwake_cache_objects{kind="Widget"} 2.0"#))
                #expect(metrics.contains(#"kittiwake_watch_age_seconds{kind="Widget",namespace="default"}"#))
                stop.open()
                try await group.waitForAll()
            }
        }
    }

    @Test(.rows(329)) func readinessSaysWhatIsMissingAndWhy() async throws {
        try await withAPIServer { server, access in
            server.inject(.status(403, reason: "Forbidden"))
            var caches = Caches(log: Log(level: .error, write: { _ in }))
            caches.add(Store<Widget>(), from: KubernetesClient(access))
            let stop = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [caches] in try await caches.stage.run(Latch(), stop) }
                let missing = try await eventually { caches.members.first?.health.problem }
                #expect(missing.contains("the role needs the verb list for widgets.kittiwake.example"))
                #expect(caches.missing.first?.hasPrefix("Widget is not listed yet: Listing widgets") == true)
                stop.open()
                try await group.waitForAll()
            }
        }
    }
}
