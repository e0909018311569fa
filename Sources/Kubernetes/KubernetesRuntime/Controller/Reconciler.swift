// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesModel

/// What the author of a controller writes: read, decide, act. Only the middle one is easy to get wrong, and it is pure.
///
/// A conforming type has to state `typealias Primary = …`.
package protocol Reconciler<Primary>: Sendable {
    associatedtype Primary: ResourceWithStatus
    associatedtype Observation: Sendable
    /// What can be done outside the Kubernetes API; `Never` if nothing.
    associatedtype Effect: Equatable & Sendable = Never

    /// `nil` if all effects lie inside the cluster, where owner references clean up. Otherwise a qualified name:
    /// `kafka.iceberg.apache.org/cleanup`. The runtime alone adds and removes it.
    static var finalizer: String? { get }

    /// Reads caches and remote systems. Writes nothing. Every call in it has a deadline.
    func observe(_ primary: Primary, in context: ReconcileContext) async throws -> Observation

    /// Decides, and says the whole desired state each time: what is already so costs no request. Static, so that there
    /// is no client, clock or log to reach; all it needs is in its arguments.
    static func plan(_ primary: Primary, given seen: Observation) throws(PlanError) -> Plan<Primary.Status, Effect>

    /// What to undo before the object may go. Has to work twice, and for things that were never made. It is done when
    /// its steps have succeeded and it asks for no further look (`revisit` is `.onChange`).
    static func planCleanup(
        _ primary: Primary,
        given seen: Observation
    ) throws(PlanError) -> Plan<Primary.Status, Effect>

    /// How long after its deletion an object waits for its cleanup. Afterwards it goes, with an Event that says what
    /// was left behind.
    static func cleanupDeadline(of primary: Primary) -> Duration

    /// Carries out one effect of a plan. Has to work twice.
    func perform(_ effect: Effect, for primary: Primary, in context: ReconcileContext) async throws

    /// The object is gone, however that came about: nothing that is kept for it in memory is needed any more.
    func forget(_ key: ObjectKey)

    /// The status that says why a reconcile came to nothing; `nil`: leave it as it is. The default sets the standard
    /// conditions.
    ///
    /// - Parameter planned: what the plan would have written; `nil` if there was no plan.
    static func status(
        of primary: Primary,
        planned: Primary.Status?,
        after failure: ReconcileFailure,
        at time: String
    ) -> Primary.Status?
}

/// What belongs to one reconcile.
package struct ReconcileContext: Sendable {
    /// In every log line and every Event of this reconcile (row 334).
    package let id: String
    /// Has the object's key and the reconcile's id in every line.
    package let log: Log
    /// When it began.
    package let time: MicroTime
    /// How long all tries of this process for the object have failed; `nil`: the last one did not, or there was none.
    let failingFor: Duration?
    let ownerships: Ownerships
}

extension Reconciler {
    package static var finalizer: String? { nil }

    package static func planCleanup(
        _ primary: Primary,
        given seen: Observation
    ) throws(PlanError) -> Plan<Primary.Status, Effect> { Plan() }

    /// The Flink operator's value.
    package static func cleanupDeadline(of primary: Primary) -> Duration { .seconds(300) }

    /// Most reconcilers keep nothing.
    package func forget(_ key: ObjectKey) {}

    package static func status(
        of primary: Primary,
        planned: Primary.Status?,
        after failure: ReconcileFailure,
        at time: String
    ) -> Primary.Status? {
        // Not the planned one: what it tells of was not reached.
        var status = primary.status ?? Primary.Status()
        status.report(failure, generation: primary.metadata.generation, at: time)
        return status
    }
}

extension Reconciler where Effect == Never {
    package func perform(_ effect: Never, for primary: Primary, in context: ReconcileContext) async throws {}
}
