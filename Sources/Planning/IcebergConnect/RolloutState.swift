// SPDX-License-Identifier: Apache-2.0

internal import Resources

/// How far the pods of one role are.
enum RolloutState: Equatable {
    /// There is no Deployment yet, or it is not yet the present one.
    case notApplied
    /// Pods are being made or replaced.
    case rolling
    /// Kubernetes cannot make the pods or has given up waiting for them, as it says here.
    case stuck(String)
    /// All pods are of the present kind, but some are not ready.
    case incomplete
    case ready

    /// What Kubernetes says about a rollout that does not go on.
    var obstacle: String? { if case .stuck(let obstacle) = self { obstacle } else { nil } }

    /// - Parameters:
    ///   - state: what is there.
    ///   - desired: the Deployment that is wanted, with its mark.
    init(_ state: IcebergConnectObservation.DeploymentState?, _ desired: DesiredObject) {
        guard let state, state.appliedHash == AppliedHash.of(desired) else {
            self = .notApplied
            return
        }
        let isReplaced = state.isCurrent && state.updated >= state.desired && state.replicas == state.updated
        let isComplete = isReplaced && state.ready >= state.desired
        self =
            switch state.obstacle {
            case _ where isComplete: .ready
            // Of the Deployment as it was before, this says nothing about the present one.
            case let obstacle? where state.isCurrent: .stuck(obstacle)
            default: isReplaced ? .incomplete : .rolling
            }
    }
}
