// SPDX-License-Identifier: Apache-2.0

internal import KubernetesClient
internal import KubernetesModel

/// The rules of a store, without its lock: what counts as news, what is too old, and the indexes.
struct StoreTable<Value: Resource>: Sendable {
    /// At least so many of the last deleted objects are remembered, so that a late answer to a write brings none of them back.
    static var tombstones: Int { 1_024 }

    private let indexes: [StoreIndex<Value>]
    private var entries: [ObjectKey: StoreEntry<Value>] = [:]
    /// Mostly one to three keys each, which an array holds in half the memory of a set.
    private var listed: [String: [String: [ObjectKey]]] = [:]
    private var deleted: Set<String> = []
    private var deletedInOrder: [String] = []
    private var scopes: Set<ListScope> = []
    /// The versions of the last lists, by namespace; `nil`: all.
    private var listedAt: [String?: String] = [:]

    init(indexes: [StoreIndex<Value>]) {
        self.indexes = indexes
        for index in indexes { listed[index.name] = [:] }
    }

    // MARK: Reading

    subscript(key: ObjectKey) -> StoreEntry<Value>? { entries[key] }

    var count: Int { entries.count }

    var keys: [ObjectKey] { Array(entries.keys) }

    func entries(_ index: String, _ indexKey: String, atMost count: Int = .max) -> [StoreEntry<Value>] {
        guard let listed = listed[index] else { preconditionFailure("the store has no index \(index)") }
        return (listed[indexKey] ?? []).prefix(count).compactMap { entries[$0] }
    }

    // MARK: Writing

    mutating func replace(
        with objects: [StoreEntry<Value>],
        in namespace: String?,
        at version: String?,
        isFirst: Bool
    ) -> [StoreChange<Value>] {
        listedAt[namespace] = version
        let present = Set(objects.map(\.metadata.key))
        let gone = entries.filter { key, entry in
            guard !present.contains(key), namespace == nil || key.namespace == namespace else { return false }
            // Of what was written after this list was made, the watch will tell.
            return !ResourceVersion.isOlder(version, than: entry.metadata.resourceVersion)
        }
        var changes: [StoreChange<Value>] = []
        for key in gone.keys { if let change = forget(key) { changes.append(change) } }
        entries.reserveCapacity(entries.count + objects.count)
        for object in objects {
            guard var change = put(object) else { continue }
            change.isFirst = isFirst
            changes.append(change)
        }
        return changes
    }

    mutating func put(_ new: StoreEntry<Value>) -> StoreChange<Value>? {
        let metadata = new.metadata
        // What the server still shows was not deleted: a list may be older than an answer that we took up.
        if let uid = metadata.uid { deleted.remove(uid) }
        let old = entries[metadata.key]
        if let known = old?.metadata, known.uid == metadata.uid {
            // The same again, or older than what our own write has answered already.
            if known.resourceVersion == metadata.resourceVersion { return nil }
            if ResourceVersion.isOlder(metadata.resourceVersion, than: known.resourceVersion) { return nil }
        }
        entries[metadata.key] = new
        list(metadata.key, old: old?.value, new: new.value)
        return StoreChange(old: old, new: new)
    }

    mutating func remove(_ object: DecodedObject<Value>) -> StoreChange<Value>? {
        let metadata = object.metadata
        if let uid = metadata.uid { bury(uid) }
        guard let old = entries[metadata.key], old.metadata.uid == metadata.uid else { return nil }
        return forget(metadata.key)
    }

    /// Takes up an answer to our own write, unless no reflector would ever say that the object has gone: it may cover no
    /// such object, or have listed after the write and before the answer, when the object had gone already.
    mutating func absorb(_ new: StoreEntry<Value>) -> StoreChange<Value>? {
        if let uid = new.metadata.uid, deleted.contains(uid) { return nil }
        guard scopes.contains(where: { $0.admits(new.metadata) }) else { return nil }
        if entries[new.metadata.key] == nil {
            let listed = listedAt[new.metadata.namespace] ?? listedAt[nil]
            if ResourceVersion.isOlder(new.metadata.resourceVersion, than: listed) { return nil }
        }
        return put(new)
    }

    /// Says that a reflector keeps this part up to date.
    mutating func cover(_ scope: ListScope) { scopes.insert(scope) }

    func holdsAll(in namespace: String?) -> Bool {
        scopes.contains(ListScope.everything) || scopes.contains(ListScope(namespace: namespace))
    }

    private mutating func forget(_ key: ObjectKey) -> StoreChange<Value>? {
        guard let old = entries.removeValue(forKey: key) else { return nil }
        if let uid = old.metadata.uid { bury(uid) }
        list(key, old: old.value, new: nil)
        return StoreChange(old: old)
    }

    private mutating func bury(_ uid: String) {
        guard deleted.insert(uid).inserted else { return }
        deletedInOrder.append(uid)
        if deletedInOrder.count > 2 * Self.tombstones {
            for uid in deletedInOrder.prefix(Self.tombstones) { deleted.remove(uid) }
            deletedInOrder.removeFirst(Self.tombstones)
        }
    }

    private mutating func list(_ key: ObjectKey, old: Value?, new: Value?) {
        for index in indexes {
            let before = Set(old.map(index.indexKeys) ?? [])
            let after = Set(new.map(index.indexKeys) ?? [])
            for indexKey in before.subtracting(after) {
                listed[index.name]?[indexKey]?.removeAll { $0 == key }
                if listed[index.name]?[indexKey]?.isEmpty == true { listed[index.name]?[indexKey] = nil }
            }
            for indexKey in after.subtracting(before) { listed[index.name]?[indexKey, default: []].append(key) }
        }
    }
}
