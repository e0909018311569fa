// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesClient
internal import KubernetesModel

/// Why a reconcile came to nothing, as a status tells it.
package struct ReconcileFailure: Error, Equatable, Sendable {
    package var reason: FailureReason
    package var message: String
    /// It is the specification that cannot be carried out: nothing is tried again until it changes.
    package var isRejection: Bool
    /// The longest wait for the next try; `nil`: that of every failure.
    var longestWait: Duration?

    package init(_ reason: FailureReason, _ message: String, isRejection: Bool = false) {
        self.reason = reason
        self.message = message
        self.isRejection = isRejection
    }

    /// Whatever was thrown.
    init(_ error: any Error) {
        switch error {
        case let error as ReconcileFailure: self = error
        case let error as PlanError: self.init(.rejection(error.code), error.description, isRejection: true)
        case let error as ReconcileError: self.init(.refusal(error.code), "\(error)")
        case let error as KubernetesError:
            self.init(.answer(error.code), error.message)
            // It may become right by a change that nobody tells us of, such as that of a policy.
            if error.code == .invalid || error.code == .badRequest { longestWait = .seconds(120) }
        case let error as DeadlineExceeded: self.init(.deadlineExceeded, "Not finished within \(error.limit)")
        default: self.init(.other, "\(error)")
        }
    }
}

extension ConditionedStatus {
    /// Sets the standard conditions for a failure (rows 201–207): `Ready` is False; `Stalled` is True if nothing will be
    /// tried again, otherwise `Reconciling` is.
    package mutating func report(_ failure: ReconcileFailure, generation: Int64?, at time: String) {
        let message = String(failure.message.prefix(1024))
        let set = { (conditions: [Condition], type: String, status: Bool) in
            conditions.setting(
                type,
                to: Condition.Status(status),
                reason: failure.reason.word,
                message: message,
                generation: generation,
                at: time
            )
        }
        observedGeneration = generation
        conditions = set(conditions, "Ready", false)
        conditions = set(conditions, "Stalled", failure.isRejection)
        conditions = set(conditions, "Reconciling", !failure.isRejection)
        if failure.isRejection { conditions = set(conditions, "ConfigValid", false) }
    }
}
