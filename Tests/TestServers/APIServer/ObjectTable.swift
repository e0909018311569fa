// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import JSON
internal import KubernetesModel

/// The objects of the server, their versions and their history. No locks, no network.
struct ObjectTable: Sendable {
    struct Change: Sendable {
        var version: Int
        /// `ADDED`, `MODIFIED` or `DELETED`.
        var type: String
        var object: StoredObject
        /// Before the change: a watch with a selector sees an object leave.
        var old: StoredObject?
    }

    private struct Name: Hashable {
        var collection: APICollection
        var key: ObjectKey
    }

    private(set) var version = 1_000
    private(set) var changes: [Change] = []
    /// Versions before it are forgotten.
    private(set) var oldest = 1_000
    private var objects: [Name: StoredObject] = [:]

    init() {
        for name in ["default", "kube-system"] {
            let collection = APICollection(group: "", version: "v1", plural: "namespaces")
            let body: JSON = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
            // A new table has nothing that it could collide with.
            _ = try? create(collection, nil, body)
        }
    }

    // MARK: Reading

    func object(_ collection: APICollection, _ key: ObjectKey) -> StoredObject? {
        objects[Name(collection: collection, key: key)]
    }

    /// Sorted by key, as etcd keeps them.
    func objects(_ collection: APICollection) -> [StoredObject] {
        objects.values.filter { $0.collection == collection }.sorted { $0.key.description < $1.key.description }
    }

    /// As it was at a version that is still known.
    func objects(_ collection: APICollection, at version: Int) -> [StoredObject] {
        var state: [ObjectKey: StoredObject] = [:]
        for object in objects(collection) { state[object.key] = object }
        for change in changes.reversed() where change.version > version && change.object.collection == collection {
            state[change.object.key] = change.old
        }
        return state.values.sorted { $0.key.description < $1.key.description }
    }

    // MARK: Writing

    /// Forgets all changes up to now, as etcd does every few minutes.
    mutating func compact() {
        changes = []
        oldest = version + 1
    }

    mutating func create(
        _ collection: APICollection,
        _ namespace: String?,
        _ body: JSON
    ) throws(APIProblem) -> StoredObject {
        guard case .string(let name)? = body["metadata"]?["name"], !name.isEmpty else {
            throw .invalid("metadata.name is required")
        }
        let key = ObjectKey(namespace: namespace, name: name)
        let namespaces = APICollection(group: "", version: "v1", plural: "namespaces")
        if let namespace, object(namespaces, ObjectKey(namespace: nil, name: namespace)) == nil {
            throw .notFound("namespaces \"\(namespace)\"")
        }
        guard object(collection, key) == nil else {
            throw APIProblem(409, "AlreadyExists", "\(collection.plural) \"\(name)\" already exists")
        }
        var body = body
        if let namespace { body["metadata"]?["namespace"] = .string(namespace) }
        body["metadata"]?["uid"] = .string(UUID().uuidString.lowercased())
        body["metadata"]?["creationTimestamp"] = .string(Self.now())
        if Self.hasGenerations(collection) { body["metadata"]?["generation"] = 1 }
        return store(StoredObject(collection: collection, key: key, body: body), "ADDED", old: nil)
    }

    /// Replaces the object's body by what `change` makes of it. Nothing happens if that is the same.
    mutating func update(
        _ collection: APICollection,
        _ key: ObjectKey,
        isStatus: Bool,
        _ change: (inout StoredObject) throws(APIProblem) -> Void
    ) throws(APIProblem) -> StoredObject {
        guard let old = object(collection, key) else { throw .notFound("\(collection.plural) \"\(key.name)\"") }
        var new = old
        try change(&new)
        if let version = new.body["metadata"]?["resourceVersion"], version != .string(old.version) {
            throw .conflict("the object has been modified; please apply your changes to the latest version")
        }
        if let uid = new.body["metadata"]?["uid"], uid != .string(old.uid) {
            throw .conflict("Precondition failed: UID")
        }
        keepFixedParts(&new, old, isStatus: isStatus)
        if new.body == old.body {
            objects[Name(collection: collection, key: key)]?.applied = new.applied
            return objects[Name(collection: collection, key: key)] ?? new
        }
        if Self.hasGenerations(collection), Self.content(new.body) != Self.content(old.body),
            case .integer(let generation)? = old.body["metadata"]?["generation"]
        {
            new.body["metadata"]?["generation"] = .integer(generation + 1)
        }
        if new.isDeleting, new.finalizers.isEmpty { return remove(new) }
        return store(new, "MODIFIED", old: old)
    }

    mutating func apply(
        _ collection: APICollection,
        _ key: ObjectKey,
        _ intent: JSON,
        manager: String,
        isStatus: Bool
    ) throws(APIProblem) -> (object: StoredObject, isNew: Bool) {
        let owner = isStatus ? "\(manager)/status" : manager
        var intent = intent
        if !isStatus { intent["status"] = nil }
        if object(collection, key) == nil {
            if isStatus { throw .notFound("\(collection.plural) \"\(key.name)\"") }
            guard intent["metadata"]?["uid"] == nil else {
                throw .conflict("uid mismatch: no existing object was found")
            }
            _ = try create(collection, key.namespace, intent)
            objects[Name(collection: collection, key: key)]?.applied[owner] = intent
            if let object = object(collection, key) { return (object, true) }
        }
        let object = try update(collection, key, isStatus: isStatus) { object throws(APIProblem) in
            if let uid = intent["metadata"]?["uid"], uid != .string(object.uid) {
                throw .invalid("metadata.uid: field is immutable")
            }
            object.body = FieldOwnership.apply(
                intent,
                over: object.body,
                previous: object.applied[owner],
                others: object.applied.filter { $0.key != owner }.map(\.value)
            )
            object.applied[owner] = intent
        }
        return (object, false)
    }

    mutating func delete(
        _ collection: APICollection,
        _ key: ObjectKey,
        uid: JSON?
    ) throws(APIProblem) -> StoredObject {
        guard let old = object(collection, key) else { throw .notFound("\(collection.plural) \"\(key.name)\"") }
        if let uid, uid != .string(old.uid) { throw .conflict("Precondition failed: UID in precondition") }
        if old.finalizers.isEmpty { return remove(old) }
        if old.isDeleting { return old }
        var new = old
        new.body["metadata"]?["deletionTimestamp"] = .string(Self.now())
        if case .integer(let generation)? = old.body["metadata"]?["generation"] {
            new.body["metadata"]?["generation"] = .integer(generation + 1)
        }
        return store(new, "MODIFIED", old: old)
    }

    private mutating func remove(_ object: StoredObject) -> StoredObject {
        let name = Name(collection: object.collection, key: object.key)
        let old = objects[name]
        let last = store(object, "DELETED", old: old)
        objects[name] = nil
        return last
    }

    private mutating func store(_ object: StoredObject, _ type: String, old: StoredObject?) -> StoredObject {
        version += 1
        var object = object
        object.body["metadata"]?["resourceVersion"] = .string("\(version)")
        objects[Name(collection: object.collection, key: object.key)] = object
        changes.append(Change(version: version, type: type, object: object, old: old))
        return object
    }

    /// What no writer decides, and the half that this one must not touch.
    private func keepFixedParts(_ new: inout StoredObject, _ old: StoredObject, isStatus: Bool) {
        if isStatus {
            let status = new.body["status"]
            new.body = old.body
            new.body["status"] = status
        } else {
            new.body["status"] = old.body["status"]
        }
        for field in ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "generation", "namespace"] {
            new.body["metadata"]?[field] = old.body["metadata"]?[field]
        }
        new.body["metadata"]?["managedFields"] = nil
        for list in ["finalizers", "ownerReferences"] where new.body["metadata"]?[list] == .array([]) {
            new.body["metadata"]?[list] = nil
        }
    }

    private static func content(_ body: JSON) -> JSON {
        var content = body
        content["metadata"] = nil
        content["status"] = nil
        return content
    }

    private static func hasGenerations(_ collection: APICollection) -> Bool {
        !["", "coordination.k8s.io", "events.k8s.io"].contains(collection.group)
    }

    private static func now() -> String {
        MicroTime(microsecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000_000)).inSeconds
    }
}
