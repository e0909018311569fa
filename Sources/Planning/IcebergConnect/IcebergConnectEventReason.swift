// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel
package import Resources

/// Every reason of an Event that a plan for an `IcebergConnect` gives (row 213). A phase is its own reason. Those that the
/// runtime adds, when a plan cannot be carried out, are its own list: `RuntimeEventReason`.
package enum IcebergConnectEventReason: String, CaseIterable, Sendable {
    case pending = "Pending"
    case downloading = "Downloading"
    case building = "Building"
    case deploying = "Deploying"
    case ready = "Ready"
    case failed = "Failed"
    /// The specification is wrong; what ran before goes on.
    case configRejected = "ConfigRejected"
    /// Something in the specification is accepted but not good.
    case configWarning = "ConfigWarning"
    /// Credentials that were typed into the resource are kept in a Secret now.
    case credentialsMoved = "CredentialsMoved"
    /// Another resource has the worker cluster or the job.
    case duplicateRefused = "DuplicateRefused"
    /// The job is another's by now.
    case coordinatorStopped = "CoordinatorStopped"
    /// Pods would be where the operator does not look.
    case namespaceNotWatched = "NamespaceNotWatched"
    /// Nothing stands against the resource any more.
    case claimsGranted = "ClaimsGranted"
    /// An object of a needed name belongs to somebody else.
    case nameConflict = "NameConflict"
    case nameConflictResolved = "NameConflictResolved"
    case secretsMissing = "SecretsMissing"
    case secretsResolved = "SecretsResolved"
    case imageFailed = "ImageFailed"
    case imagesReady = "ImagesReady"
    /// The given coordinator image holds no `kittiwake`: the operator's own runs.
    case operatorImageUsed = "OperatorImageUsed"
    case clusterUnreachable = "ClusterUnreachable"
    case clusterReachable = "ClusterReachable"
    /// Kubernetes cannot make the pods, or has given up waiting for them.
    case rolloutStuck = "RolloutStuck"
    /// Some pods that were ready are not.
    case degraded = "Degraded"
    case recovered = "Recovered"

    package init(_ phase: IcebergConnectStatus.Phase) {
        switch phase {
        case .pending: self = .pending
        case .downloading: self = .downloading
        case .building: self = .building
        case .deploying: self = .deploying
        case .ready: self = .ready
        case .failed: self = .failed
        }
    }

    var isWarning: Bool {
        switch self {
        case .failed, .configRejected, .configWarning, .credentialsMoved, .duplicateRefused, .coordinatorStopped,
            .namespaceNotWatched, .nameConflict, .secretsMissing, .imageFailed, .operatorImageUsed, .clusterUnreachable,
            .rolloutStuck, .degraded:
            true
        case .pending, .downloading, .building, .deploying, .ready, .claimsGranted, .nameConflictResolved,
            .secretsResolved, .imagesReady, .clusterReachable, .recovered:
            false
        }
    }

    /// - Parameter action: of two events with the same reason and action the second only counts, whatever it says.
    func event(_ note: String, action: String = "Reconcile") -> EventIntent {
        EventIntent(isWarning ? .warning : .normal, reason: rawValue, action: action, note: note)
    }
}
