// SPDX-License-Identifier: Apache-2.0

package import KubernetesClient
package import KubernetesModel

/// Why a reconcile came to nothing, in one word. The list is closed, as users look the words up: it has exactly what the
/// codes of the errors have.
package enum FailureReason: Hashable, Sendable, CaseIterable {
    /// What the API server answered.
    case answer(KubernetesError.Code)
    /// What the runtime refuses.
    case refusal(ReconcileError.Code)
    /// What the plan refuses.
    case rejection(PlanError.Code)
    /// The reconcile was ended after its time.
    case deadlineExceeded
    /// Anything else; the message says what.
    case other

    package static let allCases: [FailureReason] =
        KubernetesError.Code.allCases.map(answer) + ReconcileError.Code.allCases.map(refusal)
        + PlanError.Code.allCases.map(rejection) + [.deadlineExceeded, .other]

    /// In upper camel case, for conditions and events: `Forbidden`.
    package var word: String {
        switch self {
        case .answer(let code): code.rawValue.prefix(1).uppercased() + code.rawValue.dropFirst()
        case .refusal(let code): code.rawValue
        case .rejection(let code): code.rawValue
        case .deadlineExceeded: "DeadlineExceeded"
        case .other: "ReconcileFailed"
        }
    }

    /// When the owner of the object is told.
    package enum Telling: Sendable {
        case never
        /// Only if it does not pass soon.
        case ifItLasts
        case atOnce
    }

    package var telling: Telling {
        switch self {
        case .answer(let code):
            switch code {
            // The whole API server fails, so that nothing can be told, or somebody else was faster.
            case .throttled, .unavailable, .transport, .unauthorized, .cancelled, .configuration: .never
            case .conflict, .alreadyExists: .never
            // Mostly it passes; but a webhook for one kind may not answer for hours.
            case .internal: .ifItLasts
            case .notFound, .invalid, .badRequest, .forbidden, .expired, .unreadable: .atOnce
            }
        case .refusal, .rejection, .deadlineExceeded, .other: .atOnce
        }
    }
}
