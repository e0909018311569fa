// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesClient
package import KubernetesModel

/// One object in a store. Never changed: a new version is a new entry.
package final class StoreEntry<Value: Resource>: Sendable {
    package let object: DecodedObject<Value>

    init(_ object: DecodedObject<Value>, _ interner: inout Interner) {
        var object = object
        if case .readable(var value) = object.content {
            value.intern(with: &interner)
            object.content = .readable(value)
        }
        self.object = object
    }

    package var metadata: ObjectMeta { object.metadata }
    /// `nil` if only the metadata could be read.
    package var value: Value? { object.value }
}

/// What happened to one object of a store.
package struct StoreChange<Value: Resource>: Sendable {
    /// `nil`: it is new.
    package var old: StoreEntry<Value>?
    /// `nil`: it is gone, and `old` is only the last known state.
    package var new: StoreEntry<Value>?
    /// Part of the first list: nobody is waiting for it.
    package var isFirst = false
}

/// The objects of one kind, in memory. Reflectors write; everybody reads, without waiting.
///
/// What the executor has just written is taken up at once and is not overtaken by older news ("read your writes").
package final class Store<Value: Resource>: Sendable {
    package typealias Observer = @Sendable (StoreChange<Value>) -> Void

    private struct State: Sendable {
        var table: StoreTable<Value>
        var observers: [Int: Observer] = [:]
        var nextObserver = 0
    }

    private let state: Locked<State>
    private let interner: Locked<Interner>

    /// - Parameter interner: one for all stores whose objects have something in common.
    package init(indexes: [StoreIndex<Value>] = [], interner: Locked<Interner> = Locked(Interner())) {
        state = Locked(State(table: StoreTable(indexes: indexes)))
        self.interner = interner
    }

    // MARK: Reading

    /// `nil` if there is no such object, or if only its metadata could be read.
    package subscript(key: ObjectKey) -> Value? { entry(key)?.value }

    /// What is known of an object, also if only its metadata could be read; `nil` if there is none.
    package func entry(_ key: ObjectKey) -> StoreEntry<Value>? { state.withLock { $0.table[key] } }

    package var count: Int { state.withLock { $0.table.count } }

    /// Every key there is, in no order.
    package var keys: [ObjectKey] { state.withLock { $0.table.keys } }

    /// The objects listed under a key of an index that the store was made with, sorted by key.
    package func values(_ index: StoreIndex<Value>, _ indexKey: String) -> [Value] {
        let entries = state.withLock { $0.table.entries(index.name, indexKey) }
        return entries.compactMap(\.value).sorted { $0.key.description < $1.key.description }
    }

    /// At most `count` of the objects listed under a key, in no order: what it costs does not grow with how many there
    /// are.
    package func some(_ count: Int, _ index: StoreIndex<Value>, _ indexKey: String) -> [Value] {
        state.withLock { $0.table.entries(index.name, indexKey, atMost: count) }.compactMap(\.value)
    }

    // MARK: Watching

    /// - Parameter observer: called after every change, on the writer's task and without the lock. Has to be quick.
    /// - Returns: what ``unsubscribe(_:)`` takes.
    package func subscribe(_ observer: @escaping Observer) -> Int {
        state.withLock { state in
            state.nextObserver += 1
            state.observers[state.nextObserver] = observer
            return state.nextObserver
        }
    }

    /// Nothing more is told to the observer with this number.
    package func unsubscribe(_ id: Int) { state.withLock { _ = $0.observers.removeValue(forKey: id) } }

    // MARK: Writing

    /// What is there and not among the entries is gone. Older versions than the one we have are passed over.
    ///
    /// - Parameters:
    ///   - entries: what ``entries(for:)`` made of a list.
    ///   - namespace: only this one is compared; `nil`: all.
    ///   - version: of the list; `nil`: it was none.
    package func replace(
        with entries: [StoreEntry<Value>],
        in namespace: String? = nil,
        at version: String? = nil,
        isFirst: Bool = false
    ) {
        change { table in table.replace(with: entries, in: namespace, at: version, isFirst: isFirst) }
    }

    /// Objects as they are kept: what they have in common with others is there once. Made page by page, so that a long
    /// list never stands in memory as it came.
    package func entries(for objects: [DecodedObject<Value>]) -> [StoreEntry<Value>] {
        interner.withLock { interner in objects.map { StoreEntry($0, &interner) } }
    }

    private func entry(for object: DecodedObject<Value>) -> StoreEntry<Value> {
        interner.withLock { StoreEntry(object, &$0) }
    }

    /// News from a watch.
    package func put(_ object: DecodedObject<Value>) {
        let entry = entry(for: object)
        change { table in table.put(entry).map { [$0] } ?? [] }
    }

    /// An object that a watch says is gone. A namesake with another UID stays.
    package func remove(_ object: DecodedObject<Value>) { change { table in table.remove(object).map { [$0] } ?? [] } }

    /// The answer to our own write. Passed over if no reflector covers the object: nobody would say that it has gone.
    package func absorb(_ object: DecodedObject<Value>) {
        let entry = entry(for: object)
        change { table in table.absorb(entry).map { [$0] } ?? [] }
    }

    /// A reflector begins to keep this scope up to date.
    package func cover(_ scope: ListScope) { state.withLock { $0.table.cover(scope) } }

    /// Whether a reflector keeps every object of a namespace here, also those without a certain label.
    package func holdsAll(in namespace: String?) -> Bool { state.withLock { $0.table.holdsAll(in: namespace) } }

    private func change(_ apply: (inout StoreTable<Value>) -> [StoreChange<Value>]) {
        let (changes, observers) = state.withLock { state in (apply(&state.table), Array(state.observers.values)) }
        for change in changes {
            for observer in observers { observer(change) }
        }
    }
}
