// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel

/// What was applied last, and what the object looked like right after it. From it follows whether an apply is needed.
struct AppliedIntents: Sendable {
    /// How long a child that no cache shows is taken to be as it was left.
    static var trust: Duration { .seconds(300) }

    private struct Record: Sendable {
        var uid: String?
        var intent: Fingerprint
        /// `nil` for a kind that is in no cache.
        var result: Fingerprint?
        var time: MicroTime
    }

    /// The object for which, then the object which.
    private var records: [ObjectReference: [ObjectReference: Record]] = [:]

    /// Whether our last apply was of the same intent and the child is as it left it.
    ///
    /// - Parameter seen: what the cache shows; `nil` for a kind that is in none: then an apply is trusted for a while.
    func isCurrent(
        _ child: ObjectReference,
        of primary: ObjectReference,
        intent: Fingerprint,
        seen: Fingerprint?,
        at time: MicroTime
    ) -> Bool {
        guard let record = records[primary]?[child], record.intent == intent, record.result == seen else {
            return false
        }
        return seen != nil || record.time.duration(to: time) < Self.trust
    }

    func hasApplied(_ child: ObjectReference, _ uid: String?, of primary: ObjectReference) -> Bool {
        records[primary]?[child].map { $0.uid == uid } ?? false
    }

    mutating func remember(
        _ child: ObjectReference,
        _ uid: String?,
        of primary: ObjectReference,
        intent: Fingerprint,
        result: Fingerprint?,
        at time: MicroTime
    ) {
        records[primary, default: [:]][child] = Record(uid: uid, intent: intent, result: result, time: time)
    }

    mutating func forget(_ primary: ObjectReference) { records[primary] = nil }
}
