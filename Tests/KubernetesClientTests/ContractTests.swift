// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// What we rely on, on the real API server and on the one in this process, so that the second cannot drift.
@Suite(.timeLimit(.minutes(5)))
struct ContractTests {
    // MARK: Reading

    @Test(arguments: AnyServer.allCases) func whatIsCreatedIsReadAndIsThereOnce(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            #expect(try await client.get(Widget.self, key) == nil)
            let written = try await client.create(
                Widget.kind,
                namespace: namespace,
                Widget.manifest(key, text: "hello")
            )
            #expect(written.isNew)
            let widget = try #require(try await client.get(Widget.self, key))
            #expect(widget.text == "hello")
            #expect(widget.metadata.generation == 1)
            #expect(widget.metadata.uid?.isEmpty == false)
            #expect(widget.metadata.resourceVersion == written.metadata.resourceVersion)
            await expect(.alreadyExists) {
                _ = try await client.create(Widget.kind, namespace: namespace, Widget.manifest(key, text: ""))
            }
            await expect(.notFound) {
                let elsewhere = ObjectKey(namespace: "nowhere", name: "x")
                _ = try await client.create(
                    .configMap,
                    namespace: "nowhere",
                    ConfigText.intent(elsewhere, [:]).body
                )
            }
        }
    }

    @Test(arguments: AnyServer.allCases) func aListComesInPagesOfOneMoment(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let scope = ListScope(namespace: namespace, labelSelector: "team=a")
            for name in ["a", "b", "c", "d", "e"] {
                try await create(client, namespace, name, labels: ["team": "a"])
            }
            try await create(client, namespace, "other", labels: ["team": "b"])
            let first = try await client.page(ConfigText.self, scope, limit: 2)
            try await create(client, namespace, "late", labels: ["team": "a"])
            let second = try await client.page(ConfigText.self, scope, after: first.continueToken, limit: 2)
            let third = try await client.page(ConfigText.self, scope, after: second.continueToken, limit: 2)
            #expect(third.continueToken == nil)
            #expect(Set([first, second, third].map(\.resourceVersion)).count == 1)
            let names = (first.items + second.items + third.items).map(\.metadata.name)
            #expect(names.sorted() == ["a", "b", "c", "d", "e"])
        }
    }

    @Test(arguments: AnyServer.allCases) func metadataAloneCarriesNoData(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            _ = try await client.apply(ConfigText.intent(key, ["text": "hello"], labels: ["team": "a"]))
            let object = try #require(try await client.get(PartialObjectMetadata<ConfigMaps>.self, key))
            #expect(object.metadata.labels["team"] == "a")
            let scope = ListScope(namespace: namespace, labelSelector: "team=a")
            let page = try await client.page(PartialObjectMetadata<ConfigMaps>.self, scope)
            #expect(page.items.map(\.metadata.name) == ["orders"])
            let ownership = try #require(try await client.ownership(.configMap, key))
            #expect(ownership.managers == ["kittiwake"])
        }
    }

    // MARK: Watching

    @Test(arguments: AnyServer.allCases) func aWatchTellsWhatHappensAfterTheList(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let scope = ListScope(namespace: namespace, labelSelector: "team=a")
            try await create(client, namespace, "old", labels: ["team": "a"])
            let page = try await client.page(ConfigText.self, scope)
            var events = try await client.watch(ConfigText.self, scope, from: page.resourceVersion)

            try await create(client, namespace, "new", labels: ["team": "a"])
            try await create(client, namespace, "other", labels: ["team": "b"])
            let key = ObjectKey(namespace: namespace, name: "new")
            let changed = try await client.merge(.configMap, key, ["data": ["text": "changed"]])
            _ = try await client.merge(.configMap, key, ["metadata": ["labels": ["team": "b"]]])
            let old = ObjectKey(namespace: namespace, name: "old")
            let uid = try #require(try await client.get(ConfigText.self, old)?.metadata.uid)
            #expect(try await client.delete(.configMap, old, uid: uid))

            #expect(try await next(&events) == "changed new")
            let second = try await nextObject(&events)
            #expect(second?.value?.text == "changed")
            #expect(second?.metadata.resourceVersion == changed.metadata.resourceVersion)
            #expect(try await next(&events) == "deleted new")  // it has left the selection
            #expect(try await next(&events) == "deleted old")
        }
    }

    /// The history of a kind begins when its definition came, or when the server was started.
    @Test(.rows(190), arguments: AnyServer.allCases)
    func aWatchFromBeforeTheHistoryIsExpired(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            let widget = ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "hello"))
            _ = try await client.apply(widget)
            let scope = ListScope(namespace: namespace)
            // The answer is a stream, and the refusal the first thing in it.
            var events = try await client.watch(Widget.self, scope, from: "1")
            do throws(KubernetesError) {
                let event = try await events.next()
                Issue.record("expected none: \(String(describing: event))")
            } catch {
                #expect(error.code == .expired)
                #expect(error.message.contains("410 Expired: too old resource version: 1 ("), "\(error.message)")
            }
            // A list says where to begin again.
            let page = try await client.page(Widget.self, scope)
            #expect(page.items.map(\.metadata.name) == ["orders"])
            var again = try await client.watch(Widget.self, scope, from: page.resourceVersion)
            let change = ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "bye"))
            _ = try await client.apply(change)
            #expect(try await nextObject(&again)?.value?.text == "bye")
        }
    }

    // MARK: Applying

    @Test(arguments: AnyServer.allCases) func whatIsLeftOutGoesAndWhatIsOthersStays(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            let intent = ConfigText.intent(key, ["text": "hello", "more": "x"], labels: ["a": "1", "b": "2"])
            let first = try await client.apply(intent)
            #expect(first.isNew)
            _ = try await client.merge(.configMap, key, ["data": ["theirs": "y"]])
            let current = try #require(try await client.get(ConfigText.self, key))

            let same = try await client.apply(intent)
            #expect(!same.isNew)
            #expect(same.metadata.resourceVersion == current.metadata.resourceVersion)

            _ = try await client.apply(ConfigText.intent(key, ["text": "hello"], labels: ["a": "1"]))
            let data = try await self.data(client, key)
            #expect(data == ["text": "hello", "theirs": "y"])
            #expect(try await client.get(ConfigText.self, key)?.metadata.labels == ["a": "1"])
        }
    }

    @Test(arguments: AnyServer.allCases) func anApplyForADeletedObjectIsAConflict(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            let uid = try #require(try await client.apply(ConfigText.intent(key, ["text": "1"])).metadata.uid)
            _ = try await client.apply(ConfigText.intent(key, ["text": "2"], uid: uid))
            #expect(try await client.delete(.configMap, key, uid: uid))
            await expect(.conflict) { _ = try await client.apply(ConfigText.intent(key, ["text": "3"], uid: uid)) }
            _ = try await client.apply(ConfigText.intent(key, ["text": "4"]))
            await expect(.invalid) { _ = try await client.apply(ConfigText.intent(key, ["text": "5"], uid: uid)) }
            #expect(try await client.get(ConfigText.self, key)?.text == "4")
        }
    }

    @Test(.rows(17), arguments: AnyServer.allCases)
    func aStatusIsWrittenApartAndLeavesTheGeneration(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            let widget = ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "hello"))
            _ = try await client.apply(widget)
            var status = widget
            status.body["spec"] = nil
            status.body["status"] = ["size": 3, "observedGeneration": 1]
            let written = try await client.applyStatus(status)
            #expect(written.metadata.generation == 1)
            _ = try await client.apply(widget)
            let seen = try #require(try await client.get(Widget.self, key))
            #expect(seen.status?.size == 3)
            #expect(seen.text == "hello")

            status.body["status"] = ["observedGeneration": 1]
            _ = try await client.applyStatus(status)
            #expect(try await client.get(Widget.self, key)?.status?.size == nil)

            let changed = ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "bye"))
            #expect(try await client.apply(changed).metadata.generation == 2)
            await expect(.notFound) {
                let missing = ObjectKey(namespace: namespace, name: "missing")
                var body = Widget.manifest(missing, text: "")
                body["spec"] = nil
                _ = try await client.applyStatus(ApplyIntent(kind: Widget.kind, key: missing, body: body))
            }
        }
    }

    // MARK: Patching and deleting

    @Test(arguments: AnyServer.allCases) func aMergeOverAnotherVersionDoesNothing(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            let written = try await client.apply(ConfigText.intent(key, ["text": "hello"]))
            let metadata: JSON = ["resourceVersion": .string(written.metadata.resourceVersion ?? "")]
            _ = try await client.merge(.configMap, key, ["metadata": metadata, "data": ["text": "changed"]])
            #expect(try await client.get(ConfigText.self, key)?.text == "changed")
            await expect(.conflict) {
                _ = try await client.merge(.configMap, key, ["metadata": metadata, "data": ["text": "again"]])
            }
            #expect(try await client.get(ConfigText.self, key)?.text == "changed")
        }
    }

    @Test(arguments: AnyServer.allCases) func aFinalizerHoldsADeletedObject(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "orders")
            _ = try await client.apply(
                ApplyIntent(kind: Widget.kind, key: key, body: Widget.manifest(key, text: "hello"))
            )
            let add: JSON = ["metadata": ["finalizers": ["kittiwake.example/x"]]]
            let held = try await client.merge(Widget.kind, key, add)
            #expect(held.metadata.finalizers == ["kittiwake.example/x"])
            let uid = try #require(held.metadata.uid)
            #expect(try await client.delete(Widget.kind, key, uid: "another") == false)
            #expect(try await client.get(Widget.self, key)?.metadata.isDeleting == false)
            #expect(try await client.delete(Widget.kind, key, uid: uid))
            #expect(try await client.get(Widget.self, key)?.metadata.isDeleting == true)
            let old = JSON.string(held.metadata.resourceVersion ?? "")
            await expect(.conflict) {
                let late: JSON = ["metadata": ["resourceVersion": old, "finalizers": []]]
                _ = try await client.merge(Widget.kind, key, late)
            }
            _ = try await client.merge(Widget.kind, key, ["metadata": ["finalizers": []]])
            #expect(try await client.get(Widget.self, key) == nil)
            #expect(try await client.delete(Widget.kind, key, uid: uid) == false)
        }
    }

    @Test(.rows(98), arguments: AnyServer.allCases)
    func ofTwoWritersOfALeaseOneFails(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let key = ObjectKey(namespace: namespace, name: "leader")
            let lease: JSON = [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "leader"],
                "spec": ["holderIdentity": "a", "leaseDurationSeconds": 15],
            ]
            let version = try await client.create(.lease, namespace: namespace, lease).metadata.resourceVersion
            await expect(.alreadyExists) { _ = try await client.create(.lease, namespace: namespace, lease) }
            let change: JSON = [
                "metadata": ["resourceVersion": .string(version ?? "")],
                "spec": ["holderIdentity": "b", "renewTime": "2026-01-02T03:04:05.000006Z"],
            ]
            _ = try await client.merge(.lease, key, change)
            await expect(.conflict) { _ = try await client.merge(.lease, key, change) }
            let seen = try #require(try await client.get(Lease.self, key))
            #expect(seen.holder == "b")
            #expect(seen.renewTime == "2026-01-02T03:04:05.000006Z")
        }
    }

    // MARK: Shorthands

    private func create(
        _ client: KubernetesClient,
        _ namespace: String,
        _ name: String,
        labels: JSON
    ) async throws {
        let key = ObjectKey(namespace: namespace, name: name)
        _ = try await client.create(
            .configMap,
            namespace: namespace,
            ConfigText.intent(key, ["text": "x"], labels: labels).body
        )
    }

    private func data(_ client: KubernetesClient, _ key: ObjectKey) async throws -> JSON? {
        struct Data: Resource {
            static let kind = ResourceKind.configMap
            var metadata: ObjectMeta
            var data: JSON?

            init(_ json: borrowing JSONView) throws(JSONError) {
                metadata = try json.value("metadata")
                data = try json.optional("data")
            }
        }
        return try await client.get(Data.self, key)?.data
    }

    private func nextObject<Value: Resource>(_ events: inout WatchStream<Value>) async throws -> DecodedObject<Value>? {
        switch try await events.next() {
        case .changed(let object), .deleted(let object): object
        case .bookmark, nil: nil
        }
    }

    private func next<Value: Resource>(_ events: inout WatchStream<Value>) async throws -> String? {
        switch try await events.next() {
        case .changed(let object): "changed \(object.metadata.name)"
        case .deleted(let object): "deleted \(object.metadata.name)"
        case .bookmark(let version): "bookmark \(version)"
        case nil: nil
        }
    }
}
