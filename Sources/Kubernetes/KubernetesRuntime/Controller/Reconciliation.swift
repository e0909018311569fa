// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesClient
internal import KubernetesModel

/// One reconcile of one object: life cycle, observe, plan, execute.
struct Reconciliation<R: Reconciler>: Sendable {
    typealias Primary = R.Primary
    typealias Entry = StoreEntry<Primary>

    /// Names of annotations begin with the group of the resource.
    static var pauseAnnotation: String { "\(Primary.kind.group)/pause-reconciliation" }
    static var forceAnnotation: String { "\(Primary.kind.group)/force-cleanup" }

    let reconciler: R
    let executor: Executor

    func run(_ entry: Entry, in context: ReconcileContext) async throws -> Revisit {
        let metadata = entry.metadata
        switch Lifecycle(of: metadata, finalizer: R.finalizer) {
        case .leaveAlone: return .onChange
        case .addFinalizer where isPaused(metadata): return try await pause(entry, in: context)
        case .addFinalizer:
            // Our own write is in the cache at once, and its change adds the key again.
            let finalizers = metadata.finalizers + [R.finalizer].compactMap { $0 }
            try await executor.setFinalizers(finalizers, of: metadata, Primary.kind)
            return .onChange
        case .reconcile where isPaused(metadata): return try await pause(entry, in: context)
        case .reconcile: return try await reconcile(entry, in: context)
        case .cleanUp: return try await cleanUp(entry, in: context)
        }
    }

    // MARK: The normal way

    private func reconcile(_ entry: Entry, in context: ReconcileContext) async throws -> Revisit {
        guard let primary = entry.value else { return try await reject(entry, in: context) }
        var planned: Primary.Status?
        do {
            let seen = try await reconciler.observe(primary, in: context)
            let plan = try R.plan(primary, given: seen)
            planned = plan.status
            try await execute(plan, for: primary, in: context)
            return plan.revisit
        } catch {
            try Task.checkCancellation()
            try await report(error, of: primary, planned: planned, in: context)
            throw error
        }
    }

    private func execute(
        _ plan: Plan<Primary.Status, R.Effect>,
        for primary: Primary,
        in context: ReconcileContext
    ) async throws {
        for step in plan.steps {
            switch step {
            case .apply(let intent): try await executor.apply(intent, for: primary.reference, in: context)
            case .delete(let kind, let key, let uid):
                let object = ObjectReference(kind: kind, key: key)
                try await executor.delete(object, uid: uid, for: primary.reference, in: context)
            case .effect(let effect): try await reconciler.perform(effect, for: primary, in: context)
            }
        }
        if let status = plan.status {
            try await executor.write(resumed(status), of: Primary.self, primary.metadata, in: context)
        }
        executor.send(plan.events, about: primary.reference, in: context)
    }

    /// A plan starts from the status that is there, which may still say that we paused.
    private func resumed(_ status: Primary.Status) -> Primary.Status {
        var status = status
        status.conditions = status.conditions.removing("ReconciliationPaused")
        return status
    }

    // MARK: Failures

    /// Tells the owner of the object, if the API server is well enough to be told anything.
    func report(
        _ error: any Error,
        of primary: Primary,
        planned: Primary.Status?,
        in context: ReconcileContext
    ) async throws {
        let failure = ReconcileFailure(error)
        switch failure.reason.telling {
        case .never: return
        case .ifItLasts: guard context.failingFor ?? .zero >= Self.passing else { return }
        case .atOnce: break
        }
        let time = context.time.inSeconds
        guard let status = R.status(of: primary, planned: planned, after: failure, at: time) else { return }
        try await executor.write(resumed(status), of: Primary.self, primary.metadata, in: context)
        // Told once, not with every try.
        guard primary.status?.conditions["Ready"]?.reason != failure.reason.word else { return }
        let event = RuntimeEventReason.failure(failure.reason).event(failure.message)
        executor.send([event], about: primary.reference, in: context)
    }

    /// How long a failure of the server may last without being told.
    private static var passing: Duration { .seconds(5) }

    /// Only the metadata could be read. The condition names the field; what the status knew besides is kept.
    private func reject(_ entry: Entry, in context: ReconcileContext) async throws -> Revisit {
        guard case .unreadable(let metadata, let error) = entry.object.content else { return .onChange }
        let failure = ReconcileFailure(.refusal(.unreadable), "\(error)", isRejection: true)
        var status = try await executor.status(of: Primary.self, metadata) ?? Primary.Status()
        status.report(failure, generation: metadata.generation, at: context.time.inSeconds)
        try await executor.write(status, of: Primary.self, metadata, in: context)
        throw failure
    }

    // MARK: Pausing

    private func isPaused(_ metadata: ObjectMeta) -> Bool { metadata.annotations[Self.pauseAnnotation] == "true" }

    private func pause(_ entry: Entry, in context: ReconcileContext) async throws -> Revisit {
        guard let primary = entry.value else { return .onChange }
        var status = primary.status ?? Primary.Status()
        let set = { (conditions: [Condition], type: String, value: Condition.Status) in
            conditions.setting(
                type,
                to: value,
                reason: "Paused",
                message: "The annotation \(Self.pauseAnnotation) is \"true\": nothing is changed until it is removed",
                generation: primary.metadata.generation,
                at: context.time.inSeconds
            )
        }
        status.conditions = set(status.conditions, "ReconciliationPaused", .true)
        status.conditions = set(status.conditions, "Reconciling", .false)
        if status.conditions["Ready"] == nil { status.conditions = set(status.conditions, "Ready", .unknown) }
        try await executor.write(status, of: Primary.self, primary.metadata, in: context)
        return .onChange
    }

    // MARK: Going

    private func cleanUp(_ entry: Entry, in context: ReconcileContext) async throws -> Revisit {
        let metadata = entry.metadata
        if metadata.annotations[Self.forceAnnotation] == "true" {
            return try await giveUp(entry, "the annotation \(Self.forceAnnotation) says so", in: context)
        }
        var plan: Plan<Primary.Status, R.Effect>?
        do {
            guard let primary = entry.value else {
                throw ReconcileError(code: .unreadable, message: "Cannot be cleaned up: only its metadata can be read")
            }
            let seen = try await reconciler.observe(primary, in: context)
            let planned = try R.planCleanup(primary, given: seen)
            plan = planned
            try await execute(planned, for: primary, in: context)
            guard planned.revisit == .onChange else { return planned.revisit }
        } catch {
            try Task.checkCancellation()
            if isHopeless(entry, error, in: context) {
                return try await giveUp(entry, "\(error)", plan?.steps ?? [], in: context)
            }
            if let primary = entry.value {
                try await report(error, of: primary, planned: plan?.status, in: context)
            }
            throw error
        }
        return try await letGo(metadata)
    }

    /// Whether the time for the clean-up is over, and not only because nobody could try: the operator may have been
    /// down, and an outage of the API server says nothing about the clean-up.
    private func isHopeless(_ entry: Entry, _ error: any Error, in context: ReconcileContext) -> Bool {
        guard cleanupTimeLeft(of: entry, at: context.time) ?? .zero <= .zero else { return false }
        if let error = error as? KubernetesError, error.saysNothing { return false }
        return context.failingFor ?? .zero >= Self.leastAttempt
    }

    /// How long a process tries by itself before it gives a clean-up up.
    private static var leastAttempt: Duration { .seconds(60) }

    /// `nil` if the object is not being cleaned up.
    func cleanupTimeLeft(of entry: Entry, at time: MicroTime) -> Duration? {
        guard Lifecycle(of: entry.metadata, finalizer: R.finalizer) == .cleanUp,
            let deleted = entry.metadata.deletionTimestamp.flatMap({ MicroTime($0) })
        else { return nil }
        let limit = entry.value.map(R.cleanupDeadline(of:)) ?? .seconds(300)
        return limit - deleted.duration(to: time)
    }

    private func giveUp(
        _ entry: Entry,
        _ why: String,
        _ steps: [Step<R.Effect>] = [],
        in context: ReconcileContext
    ) async throws -> Revisit {
        let left = steps.map(\.summary).joined(separator: ", ")
        let metadata = entry.metadata
        context.log.warning("Gave up cleaning up", ["why": why, "left": left])
        let event = RuntimeEventReason.cleanupAbandoned.event(
            "Gave up cleaning up: \(why)" + (left.isEmpty ? "" : ". May be left behind: \(left)")
        )
        let revisit = try await letGo(metadata)
        let reference = ObjectReference(kind: Primary.kind, key: metadata.key, uid: metadata.uid)
        executor.send([event], about: reference, in: context)
        return revisit
    }

    private func letGo(_ metadata: ObjectMeta) async throws -> Revisit {
        // The newest: our own status write has changed the version.
        let metadata = executor.newest(Primary.kind, metadata)
        let rest = metadata.finalizers.filter { $0 != R.finalizer }
        do throws(KubernetesError) {
            try await executor.setFinalizers(rest, of: metadata, Primary.kind)
        } catch {
            guard error.code == .notFound else { throw error }  // otherwise it is gone already
        }
        return .onChange
    }
}

extension KubernetesError {
    /// Whether it says nothing about the object: the whole API server fails, so that writing a status would fail too, or
    /// somebody else was faster. A 500 may be about one kind alone.
    fileprivate var saysNothing: Bool { isOutage && code != .internal || code == .conflict }
}

extension Step {
    /// What would be left behind if this were not done.
    fileprivate var summary: String {
        switch self {
        case .apply(let intent): "\(intent.kind.kind) \(intent.key)"
        case .delete(let kind, let key, _): "\(kind.kind) \(key)"
        case .effect(let effect): "\(effect)"
        }
    }
}
