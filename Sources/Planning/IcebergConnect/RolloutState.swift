// SPDX-License-Identifier: Apache-2.0

internal import Resources

/// How far the pods of one role are.
enum RolloutState: Equatable {
    /// There is no Deployment yet, or it is not yet the present one.
    case notApplied
    /// Pods are being made or replaced.
    case rolling
    /// Kubernetes has given up waiting.
    case stuck
    /// All pods are of the present kind, but some are not ready.
    case incomplete
    case ready

    /// - Parameters:
    ///   - state: what is there.
    ///   - desired: the Deployment that is wanted, with its mark.
    init(_ state: IcebergConnectObservation.DeploymentState?, _ desired: DesiredObject) {
        guard let state, state.appliedHash == AppliedHash.of(desired) else {
            self = .notApplied
            return
        }
        let isReplaced = state.isCurrent && state.updated >= state.desired && state.replicas == state.updated
        self =
            switch (isReplaced, state.ready >= state.desired) {
            case (true, true): .ready
            case _ where state.isStuck: .stuck
            case (true, false): .incomplete
            case (false, _): .rolling
            }
    }
}
