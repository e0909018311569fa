// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel

/// What was applied last, and what the object looked like right after it. From it follows whether an apply is needed.
struct AppliedIntents: Sendable {
    private struct Record: Equatable, Sendable {
        var intent: Fingerprint
        var result: Fingerprint
    }

    /// The object for which, then the object which.
    private var records: [ObjectReference: [ObjectReference: Record]] = [:]

    /// Whether the child is as our last apply left it, and that apply was of the same intent.
    func isCurrent(
        _ child: ObjectReference,
        of primary: ObjectReference,
        intent: Fingerprint,
        seen: Fingerprint
    ) -> Bool {
        records[primary]?[child] == Record(intent: intent, result: seen)
    }

    func hasApplied(_ child: ObjectReference, of primary: ObjectReference) -> Bool { records[primary]?[child] != nil }

    mutating func remember(
        _ child: ObjectReference,
        of primary: ObjectReference,
        intent: Fingerprint,
        result: Fingerprint
    ) {
        records[primary, default: [:]][child] = Record(intent: intent, result: result)
    }

    mutating func forget(_ primary: ObjectReference) { records[primary] = nil }
}
