// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// The way out for a loop that fits nothing else: one method, full freedom.
package protocol Reconciler<Primary>: Sendable {
    associatedtype Primary: Resource
    func reconcile(_ primary: Primary) async throws -> Revisit
}

/// The normal shape: read, decide, write. Only the middle one is ours to get wrong, and it is pure.
///
/// A conforming type has to state `typealias Primary = …`: the compiler does not infer it through two protocols.
package protocol PlanningReconciler<Primary>: Reconciler {
    associatedtype Observation: Sendable
    associatedtype Status: Equatable & Sendable
    /// What can be done outside the Kubernetes API; `Never` if nothing.
    associatedtype Effect: Equatable & Sendable

    /// Reads caches and remote systems. Writes nothing.
    func observe(_ primary: Primary) async throws -> Observation

    /// Decides. Static, so that there is no client, clock or log to reach; all it needs is in its arguments.
    static func plan(_ primary: Primary, given seen: Observation) throws(PlanError) -> Plan<Status, Effect>

    /// The status that says why there is no plan: a condition with the field and the message.
    static func status(of primary: Primary, rejectedFor error: PlanError) -> Status

    /// Performs the steps in order and stops at the first failure. One executor serves all kinds.
    func execute(_ plan: Plan<Status, Effect>, for primary: Primary) async throws
}

extension PlanningReconciler {
    package func reconcile(_ primary: Primary) async throws -> Revisit {
        let seen = try await observe(primary)
        do {
            let plan = try Self.plan(primary, given: seen)
            try await execute(plan, for: primary)
            return plan.revisit
        } catch let error as PlanError {
            try await execute(Plan(status: Self.status(of: primary, rejectedFor: error)), for: primary)
            return .onChange
        }
    }
}

/// A kind with side effects outside the cluster, which must be undone before the object may go.
package protocol CleaningReconciler<Primary>: PlanningReconciler {
    static var finalizer: String { get }

    /// What to undo. Has to work twice, and for things that were never made.
    static func planCleanup(_ primary: Primary, given seen: Observation) throws(PlanError) -> Plan<Status, Effect>
}

/// Wraps an error that no retry can help. The controller waits for the object to change.
package struct TerminalError: Error {
    package var cause: any Error

    package init(_ cause: any Error) { self.cause = cause }
}
