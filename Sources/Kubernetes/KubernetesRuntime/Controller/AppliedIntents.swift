// SPDX-License-Identifier: Apache-2.0

internal import KubernetesModel

/// What was applied last, and what the object looked like right after it. From it follows whether an apply is needed.
///
/// With ten thousand resources there are more than a hundred thousand of these, so they are numbers alone.
struct AppliedIntents: Sendable {
    /// How long a child that no cache shows is taken to be as it was left.
    static var trust: Duration { .seconds(300) }

    private struct Record: Sendable {
        var child: Fingerprint
        var uid: Fingerprint
        var intent: Fingerprint
        /// `nil` for a kind that is in no cache.
        var result: Fingerprint?
        var time: MicroTime
    }

    /// By the object for which. A dozen each, which are found sooner than hashed.
    private var records: [ResourceKind: [ObjectKey: [Record]]] = [:]

    /// How a child stands to what is to be applied now.
    enum Standing {
        /// Our last apply was of the same intent, and the child is as it left it.
        case current
        /// It was of the same intent, but the child is another one now, or has not been looked at for long.
        case drifted
        /// It was of another intent, or there was none.
        case new
    }

    /// - Parameter seen: what the cache shows; `nil` for a kind that is in none: then an apply is trusted for a while.
    func standing(
        _ child: ObjectReference,
        of primary: ObjectReference,
        intent: Fingerprint,
        seen: Fingerprint?,
        at time: MicroTime
    ) -> Standing {
        guard let record = record(child, primary), record.intent == intent else { return .new }
        let isTrusted = seen != nil || record.time.duration(to: time) < Self.trust
        return record.result == seen && isTrusted ? .current : .drifted
    }

    func hasApplied(_ child: ObjectReference, _ uid: String?, of primary: ObjectReference) -> Bool {
        record(child, primary).map { $0.uid == Self.print(uid) } ?? false
    }

    mutating func remember(
        _ child: ObjectReference,
        _ uid: String?,
        of primary: ObjectReference,
        intent: Fingerprint,
        result: Fingerprint?,
        at time: MicroTime
    ) {
        let record = Record(
            child: Self.print(child.description),
            uid: Self.print(uid),
            intent: intent,
            result: result,
            time: time
        )
        var known = records[primary.kind, default: [:]].removeValue(forKey: primary.key) ?? []
        if let index = known.firstIndex(where: { $0.child == record.child }) {
            known[index] = record
        } else {
            known.append(record)
        }
        records[primary.kind, default: [:]][primary.key] = known
    }

    mutating func forget(_ primary: ObjectReference) { records[primary.kind]?[primary.key] = nil }

    mutating func forget(_ child: ObjectReference, of primary: ObjectReference) {
        let print = Self.print(child.description)
        records[primary.kind]?[primary.key]?.removeAll { $0.child == print }
    }

    mutating func forgetAll(_ kind: ResourceKind, except keys: Set<ObjectKey>) {
        records[kind] = records[kind]?.filter { keys.contains($0.key) }
    }

    private func record(_ child: ObjectReference, _ primary: ObjectReference) -> Record? {
        let print = Self.print(child.description)
        return records[primary.kind]?[primary.key]?.first { $0.child == print }
    }

    private static func print(_ text: String?) -> Fingerprint { Fingerprint(of: Array((text ?? "").utf8)) }
}
