// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel

/// Every reason of the events that the runtime itself sends (row 213). Those of plans are their authors'.
package enum RuntimeEventReason: Hashable, Sendable, CaseIterable {
    /// A reconcile came to nothing.
    case failure(FailureReason)
    /// Somebody else had changed or deleted an object of ours.
    case driftCorrected
    /// An object has gone although not all of its clean-up was done.
    case cleanupAbandoned

    package static let allCases: [RuntimeEventReason] =
        FailureReason.allCases.filter { $0.telling != .never }.map(failure) + [.driftCorrected, .cleanupAbandoned]

    /// As the event has it, in upper camel case.
    package var word: String {
        switch self {
        case .failure(let reason): reason.word
        case .driftCorrected: "DriftCorrected"
        case .cleanupAbandoned: "CleanupAbandoned"
        }
    }

    /// - Parameter note: a sentence without secrets.
    func event(_ note: String) -> EventIntent {
        switch self {
        case .failure: EventIntent(.warning, reason: word, action: "Reconcile", note: note)
        case .driftCorrected: EventIntent(.normal, reason: word, action: "Apply", note: note)
        case .cleanupAbandoned: EventIntent(.warning, reason: word, action: "CleanUp", note: note)
        }
    }
}
