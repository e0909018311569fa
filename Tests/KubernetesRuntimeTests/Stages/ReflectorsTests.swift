// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesClient
import KubernetesModel
import KubernetesRuntime
import TestServers
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReflectorsTests {
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
            var reflectors = Reflectors(log: Log(level: .error))
            reflectors.add(widgets, from: client, namespaces: ["default", other])
            reflectors.add(texts, from: client)
            #expect(reflectors.missing.count == 3)

            let stop = Latch()
            let ready = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [reflectors] in try await reflectors.stage.run(ready, stop) }
                try await ready.wait()
                #expect(reflectors.missing == [])
                #expect(Set(widgets.keys.map(\.namespace)) == ["default", other])
                let metrics = reflectors.metrics
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
            var reflectors = Reflectors(log: Log(level: .error, write: { _ in }))
            reflectors.add(Store<Widget>(), from: KubernetesClient(access))
            let stop = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [reflectors] in try await reflectors.stage.run(Latch(), stop) }
                let missing = try await eventually { reflectors.members.first?.health.problem }
                #expect(missing.contains("the role needs the verb list for widgets.kittiwake.example"))
                #expect(reflectors.missing.first?.hasPrefix("Widget is not listed yet: Listing widgets") == true)
                stop.open()
                try await group.waitForAll()
            }
        }
    }
}
