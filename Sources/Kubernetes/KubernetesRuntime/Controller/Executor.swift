// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
package import KubernetesClient
package import KubernetesModel

/// Carries out plans, of all kinds. The only code that writes objects of controllers.
///
/// A child is applied only if the intent differs from the last one or the object is not as our apply left it (rows 62,
/// 327). The memory of that is lost on restart; then each child is applied once more, which changes nothing.
package final class Executor: Sendable {
    package typealias Emit = @Sendable (EventIntent, ObjectReference, _ reconcile: String) -> Void

    private let client: KubernetesClient
    private let stores: [ResourceKind: any AnyStore]
    private let ownerLabel: String?
    private let emit: Emit
    private let applied = Locked(AppliedIntents())
    private let lease = Locked(Lease())

    private struct Lease: Sendable {
        var isHeld: @Sendable () -> Bool = { true }
    }

    /// - Parameters:
    ///   - stores: of the kinds that are applied, and of the resources themselves. A kind without one is
    ///     applied when the intent changes, and every five minutes, as nobody would say that it has changed.
    ///   - ownerLabel: of the owner's UID, on objects that cannot refer to it; `nil`: there are none.
    ///   - emit: sends an event. Does not wait.
    package init(
        _ client: KubernetesClient,
        stores: [any AnyStore],
        ownerLabel: String? = nil,
        emit: @escaping Emit
    ) {
        self.client = client
        self.ownerLabel = ownerLabel
        self.stores = Dictionary(stores.map { ($0.kind, $0) }) { first, _ in first }
        self.emit = emit
    }

    /// Forgets what was applied for objects that went while another led.
    func forgetAll(_ kind: ResourceKind, except keys: [ObjectKey]) {
        let keys = Set(keys)
        applied.withLock { $0.forgetAll(kind, except: keys) }
    }

    /// Forgets what was applied for an object that is gone.
    func forget(_ kind: ResourceKind, _ key: ObjectKey) {
        applied.withLock { $0.forget(ObjectReference(kind: kind, key: key)) }
    }

    /// From now on nothing is written unless `isHeld`: a process that was suspended may go on where it was while another
    /// leads, before anything has cancelled it.
    func write(while isHeld: @escaping @Sendable () -> Bool) { lease.withLock { $0.isHeld = isHeld } }

    private func requireLease() throws(KubernetesError) {
        guard lease.withLock({ $0.isHeld })() else {
            throw KubernetesError(.cancelled, "The lease is not held any more: nothing is written")
        }
    }

    /// For one reconcile.
    func ownerships() -> Ownerships { Ownerships(client) }

    // MARK: The parts of a plan

    /// - Throws: ``ReconcileError`` with `nameConflict` before anything of somebody else's is touched.
    func apply(_ intent: ApplyIntent, for primary: ObjectReference, in context: ReconcileContext) async throws {
        let child = ObjectReference(kind: intent.kind, key: intent.key)
        let reference = primary
        let primary = ObjectReference(kind: primary.kind, key: primary.key)  // its successor is told by the intent
        let cache = stores[intent.kind]
        let known = cache?.known(intent.key)
        let print = Fingerprint(of: intent.body.sorted.jsonBytes)
        let standing = applied.withLock {
            $0.standing(child, of: primary, intent: print, seen: known?.fingerprint, at: context.time)
        }
        // What a cache should show and does not is gone.
        if standing == .current, cache == nil || known != nil { return }
        let present = try await ours(intent, child, of: primary, known?.metadata, in: context)
        var intent = intent
        if let uid = known?.metadata.uid, intent.body["metadata"]?["uid"] == nil {
            // Deleted meanwhile, it is to be a conflict and not a new object.
            intent.body["metadata"]?["uid"] = .string(uid)
        }
        try requireLease()
        let written = try await apply(intent)
        let isChanged = written.metadata.resourceVersion != present?.resourceVersion
        if isChanged {
            context.log.info(
                written.isNew ? "Created object" : "Changed object",
                ["object": "\(child)", "resourceVersion": written.metadata.resourceVersion ?? ""]
            )
        }
        let result = cache?.absorb(written)
        guard cache == nil || result != nil else { return }
        if standing == .drifted, cache != nil, isChanged {
            send([.driftCorrected(child, wasDeleted: written.isNew)], about: reference, in: context)
        }
        let uid = written.metadata.uid
        applied.withLock { $0.remember(child, uid, of: primary, intent: print, result: result, at: context.time) }
    }

    /// A namesake with another UID is a conflict, which the next look at the cache resolves. The server says so only if
    /// nothing is there; otherwise it says that the UID is invalid.
    private func apply(_ intent: ApplyIntent) async throws(KubernetesError) -> WriteResult {
        do throws(KubernetesError) {
            return try await client.apply(intent)
        } catch {
            guard error.code == .invalid, case .string(let uid)? = intent.body["metadata"]?["uid"],
                let present = try await client.ownership(intent.kind, intent.key), present.metadata.uid != uid
            else { throw error }
            throw KubernetesError(.conflict, error.message)
        }
    }

    func delete(
        _ object: ObjectReference,
        uid: String,
        for primary: ObjectReference,
        in context: ReconcileContext
    ) async throws {
        try requireLease()
        // Made again one day, it is a new one and no drift.
        applied.withLock { $0.forget(object, of: ObjectReference(kind: primary.kind, key: primary.key)) }
        if try await client.delete(object.kind, object.key, uid: uid) {
            context.log.info("Deleted object", ["object": "\(object)"])
        }
    }

    /// Writes the status if it differs from what the object shows: every write is an event to ourselves. The only way to
    /// a status, so that each has all conditions of its kind, whoever made it.
    func write<Primary: ResourceWithStatus>(
        _ status: Primary.Status,
        of type: Primary.Type,
        _ metadata: ObjectMeta,
        in context: ReconcileContext
    ) async throws {
        let status = status.complete(generation: metadata.generation, at: context.time.inSeconds)
        // The newest that is known: our own write of a moment ago included.
        let shown = (stores[Primary.kind] as? Store<Primary>)?[metadata.key]
        if let shown, shown.metadata.uid == metadata.uid, shown.status == status { return }
        var body: JSON = [
            "apiVersion": .string(Primary.kind.apiVersion), "kind": .string(Primary.kind.kind),
            "metadata": [
                "name": .string(metadata.name), "namespace": metadata.namespace.map { .string($0) },
                "uid": metadata.uid.map { .string($0) },
            ],
        ]
        body["status"] = try JSONDocument(parsing: status.jsonBytes).decode()
        let intent = ApplyIntent(kind: Primary.kind, key: metadata.key, body: body)
        try requireLease()
        let written = try await client.applyStatus(intent)
        stores[Primary.kind]?.absorb(written)
    }

    /// The status that an object shows which the cache could not read; `nil` if there is none, or if the object is
    /// another one by now. One request each time, as it is rare.
    func status<Primary: ResourceWithStatus>(
        of type: Primary.Type,
        _ metadata: ObjectMeta
    ) async throws(KubernetesError) -> Primary.Status? {
        let shown = try await client.get(StatusAlone<Primary>.self, metadata.key)
        return shown?.metadata.uid == metadata.uid ? shown?.status : nil
    }

    func send(_ events: [EventIntent], about primary: ObjectReference, in context: ReconcileContext) {
        for event in events { emit(event, primary, context.id) }
    }

    /// What is known of an object now: our own writes of a moment ago included.
    func newest(_ kind: ResourceKind, _ metadata: ObjectMeta) -> ObjectMeta {
        let known = stores[kind]?.known(metadata.key)?.metadata
        return known?.uid == metadata.uid ? known ?? metadata : metadata
    }

    /// Sets the list of finalizers; a `conflict` if the object is not the one we looked at any more.
    func setFinalizers(
        _ finalizers: [String],
        of metadata: ObjectMeta,
        _ kind: ResourceKind
    ) async throws(KubernetesError) {
        let change: JSON = [
            "metadata": [
                "resourceVersion": .string(metadata.resourceVersion ?? ""),
                "finalizers": .array(finalizers.map { .string($0) }),
            ]
        ]
        try requireLease()
        let written = try await client.merge(kind, metadata.key, change)
        stores[kind]?.absorb(written)
    }

    // MARK: Whose it is

    /// Nothing is taken over: a namesake stays as it is. What does not show by its owner whose it is, is looked at once.
    ///
    /// - Returns: what is there; `nil` if there is nothing yet.
    private func ours(
        _ intent: ApplyIntent,
        _ child: ObjectReference,
        of primary: ObjectReference,
        _ known: ObjectMeta?,
        in context: ReconcileContext
    ) async throws -> ObjectMeta? {
        if let known {
            // Made anew meanwhile, it has another UID.
            let isOurs = applied.withLock { $0.hasApplied(child, known.uid, of: primary) }
            if try isTakable(known, by: intent, isOurs: isOurs) { return known }
        }
        var present = try await context.ownership(intent.kind, intent.key)
        // It was made since this reconcile has looked.
        if present == nil, known != nil { present = try await client.ownership(intent.kind, intent.key) }
        guard let present else { return nil }
        guard try isTakable(present.metadata, by: intent, isOurs: present.isOurs) else {
            throw intent.nameConflict(with: present.metadata, "was not made by kittiwake")
        }
        return present.metadata
    }

    /// - Returns: false if it does not show whose it is.
    private func isTakable(_ metadata: ObjectMeta, by intent: ApplyIntent, isOurs: Bool) throws(ReconcileError) -> Bool
    {
        switch ObjectOwner(of: metadata, label: ownerLabel, isOurs: isOurs) {
        case .resource(let uid) where uid == intent.owner(ownerLabel): return true
        case .resource: throw intent.nameConflict(with: metadata, "belongs to another resource")
        case .unmarked: return true
        case .stranger: return false
        }
    }
}

extension EventIntent {
    /// Somebody else has changed or deleted an object of ours (row 213).
    fileprivate static func driftCorrected(_ object: ObjectReference, wasDeleted: Bool) -> EventIntent {
        let what = wasDeleted ? "was deleted and is made again" : "was changed by someone else and is put right"
        return RuntimeEventReason.driftCorrected.event("\(object) \(what)")
    }
}

extension ApplyIntent {
    /// The UID of whom the object will belong to.
    fileprivate func owner(_ label: String?) -> String? {
        if case .array(let owners)? = body["metadata"]?["ownerReferences"],
            case .string(let uid)? = owners.first(where: { $0["controller"] == true })?["uid"]
        {
            return uid
        }
        guard let label, case .string(let uid)? = body["metadata"]?["labels"]?[label] else { return nil }
        return uid
    }

    fileprivate func nameConflict(with present: ObjectMeta, _ whose: String) -> ReconcileError {
        let whose = present.controller.map { "belongs to \($0.kind) \($0.name)" } ?? whose
        return ReconcileError(
            code: .nameConflict,
            message: "\(kind.kind) \(key) \(whose) and is left alone; rename or delete it"
        )
    }
}
