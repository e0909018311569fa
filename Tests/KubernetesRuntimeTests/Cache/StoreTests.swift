// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct StoreTests {
    static let byOwner = StoreIndex<Widget>("owner") { $0.metadata.controller.map { [$0.uid] } ?? [] }

    let store = Store<Widget>(indexes: [WidgetReconciler.byText, Self.byOwner])
    /// `old -> new` of each change, as `text@version`.
    let changes = Recorder<String>()

    init() {
        _ = store.subscribe { [changes] change in
            let show = { (entry: StoreEntry<Widget>?) in
                entry.map { "\($0.value?.text ?? "?")@\($0.metadata.resourceVersion ?? "")" } ?? "nothing"
            }
            changes.record("\(show(change.old)) -> \(show(change.new))")
        }
        store.cover(.everything)
    }

    @Test func onlyAScopeWithoutSelectorsHoldsAllOfANamespace() {
        let store = Store<Widget>()
        store.cover(ListScope(namespace: "shop"))
        store.cover(ListScope(namespace: "kafka", labelSelector: "a=b"))
        #expect(store.holdsAll(in: "shop"))
        #expect(!store.holdsAll(in: "kafka"))
        #expect(!store.holdsAll(in: "other"))
        store.cover(.everything)
        #expect(store.holdsAll(in: "kafka"))
    }

    func widget(
        _ name: String,
        _ version: String,
        _ text: String = "x",
        uid: String? = nil,
        namespace: String = "shop",
        owner: String? = nil
    ) -> DecodedObject<Widget> {
        var metadata = ObjectMeta(name: name, namespace: namespace, uid: uid ?? name, resourceVersion: version)
        if let owner {
            metadata.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "X", name: owner, uid: owner)]
        }
        return DecodedObject(.readable(Widget(metadata: metadata, text: text)))
    }

    func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "shop", name: name) }

    // MARK: Lists and events

    @Test func aListReplacesWhatWasThere() {
        store.replace(with: store.entries(for: [widget("a", "1"), widget("b", "1")]))
        store.replace(with: store.entries(for: [widget("b", "1"), widget("c", "2")]))
        #expect(Set(store.keys) == [key("b"), key("c")])
        // What has not changed is not handed on.
        #expect(changes.all.suffix(2) == ["x@1 -> nothing", "nothing -> x@2"])
    }

    @Test(.rows(332)) func aListOfANamespaceReplacesThatNamespaceOnly() {
        store.replace(with: store.entries(for: [widget("a", "1")]), in: "shop")
        store.replace(with: store.entries(for: [widget("a", "2", namespace: "other")]), in: "other")
        #expect(store.count == 2)
        store.replace(with: [], in: "other")
        #expect(store.keys == [key("a")])
    }

    @Test func anEqualObjectIsNotReportedAsAChange() {
        store.put(widget("a", "1"))
        store.put(widget("a", "1"))
        #expect(changes.all == ["nothing -> x@1"])
    }

    @Test func anotherUIDIsAnotherObject() {
        store.put(widget("a", "7", "old"))
        store.put(widget("a", "3", "new", uid: "second"))  // an older version says nothing: it is not the same object
        #expect(store[key("a")]?.text == "new")
        store.remove(widget("a", "8", "old"))  // the first one has gone, which is known
        #expect(store[key("a")]?.text == "new")
        store.remove(widget("a", "9", "new", uid: "second"))
        #expect(store[key("a")] == nil)
    }

    // MARK: Reading what was written

    @Test func anOlderEventDoesNotOvertakeOurOwnWrite() {
        store.put(widget("a", "1", "one"))
        store.absorb(widget("a", "12", "three"))
        store.put(widget("a", "9", "two"))
        #expect(store[key("a")]?.text == "three")
        store.put(widget("a", "12", "three"))
        store.put(widget("a", "13", "four"))
        #expect(changes.all == ["nothing -> one@1", "one@1 -> three@12", "three@12 -> four@13"])
    }

    @Test func aLateAnswerBringsNothingBack() {
        store.put(widget("a", "1"))
        store.remove(widget("a", "3"))
        store.absorb(widget("a", "2"))
        #expect(store.count == 0)
        store.absorb(widget("a", "4", uid: "second"))
        #expect(store.count == 1)
    }

    /// Made, listed after it had gone, and only then answered: no watch would ever say that it has gone.
    @Test(.rows(190)) func anAnswerOlderThanTheListBringsNothingBack() {
        for namespace in [nil, "shop"] {
            let store = Store<Widget>()
            store.cover(.everything)
            store.replace(with: [], in: namespace, at: "100")
            store.absorb(widget("a", "99"))
            #expect(store.count == 0)
            store.absorb(widget("a", "101"))
            #expect(store.count == 1)
            // What is there is updated, whatever was listed.
            store.replace(with: store.entries(for: [widget("a", "99")]), in: namespace, at: "103")
            store.absorb(widget("a", "102", "written"))
            #expect(store[key("a")]?.text == "written")
        }
    }

    @Test func whatNoReflectorCoversIsNotKept() {
        let store = Store<Widget>()
        store.cover(ListScope(namespace: "shop"))
        store.absorb(widget("a", "1", namespace: "other"))
        #expect(store.count == 0)
        store.absorb(widget("a", "1"))
        #expect(store.count == 1)
    }

    @Test func aListOlderThanOurWriteDoesNotUndoIt() {
        store.absorb(widget("a", "5", "written"))
        store.replace(with: store.entries(for: [widget("a", "4", "listed")]))
        #expect(store[key("a")]?.text == "written")
        store.absorb(widget("new", "8", "written"))
        store.replace(with: store.entries(for: [widget("a", "5")]), at: "7")
        #expect(store[key("new")]?.text == "written")
        store.replace(with: store.entries(for: [widget("a", "5")]), at: "9")
        #expect(store[key("new")] == nil)
    }

    // MARK: Indexes

    @Test func indexesFollowEachChange() {
        store.put(widget("b", "1", "x"))
        store.put(widget("a", "2", "x"))
        #expect(store.values(WidgetReconciler.byText, "x").map(\.metadata.name) == ["a", "b"])
        store.put(widget("a", "3", "y"))
        #expect(store.values(WidgetReconciler.byText, "x").map(\.metadata.name) == ["b"])
        #expect(store.values(WidgetReconciler.byText, "y").map(\.metadata.name) == ["a"])
        store.remove(widget("b", "4"))
        #expect(store.values(WidgetReconciler.byText, "x").isEmpty)
        store.put(widget("c", "5", owner: "parent"))
        #expect(store.values(Self.byOwner, "parent").map(\.metadata.name) == ["c"])
    }

    // MARK: What leads to a key

    @Test func aChildThatChangesItsOwnerConcernsBoth() {
        let keys = Recorder<ObjectKey>()
        let kind = ResourceKind(group: "", version: "v1", kind: "X", plural: "xs")
        let detach = Trigger.owned(store, by: kind).attach { key, _ in keys.record(key) }
        store.put(widget("child", "1", owner: "first"))
        store.put(widget("child", "2", owner: "second"))
        #expect(keys.all.first == key("first"))
        #expect(Set(keys.all.dropFirst()) == [key("first"), key("second")])
        detach()
        store.put(widget("child", "3", owner: "third"))
        #expect(keys.all.count == 3)
    }

    @Test func aChildInAnotherNamespaceNamesItsOwnerHoweverLongTheNameIs() {
        let keys = Recorder<ObjectKey>()
        _ = Trigger.annotated(store, "x/owner").attach { key, _ in keys.record(key) }
        let name = String(repeating: "orders.", count: 20) + "eu"
        var metadata = ObjectMeta(name: "child", namespace: "workers", uid: "u", resourceVersion: "1")
        metadata.annotations = ["x/owner": "shop/\(name)"]
        store.put(DecodedObject(.readable(Widget(metadata: metadata))))
        metadata.resourceVersion = "2"
        metadata.annotations = ["x/owner": "no key"]
        store.put(DecodedObject(.readable(Widget(metadata: metadata))))
        #expect(keys.all == [key(name), key(name)], "of the old and of the new state")
    }
}
