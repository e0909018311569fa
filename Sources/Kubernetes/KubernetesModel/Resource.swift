// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A kind of object as we read it: only the fields that decisions need. What we apply is a ``ApplyIntent`` instead.
package protocol Resource: Sendable, Equatable, JSONDecodable {
    static var kind: ResourceKind { get }

    /// Whether the server is asked for metadata alone.
    static var isMetadataOnly: Bool { get }

    var metadata: ObjectMeta { get }

    /// Replaces what many objects have in common by the interner's copy, so that ten thousand objects hold one. The
    /// object stays equal to what it was.
    mutating func intern(with interner: inout Interner)
}

extension Resource {
    package static var isMetadataOnly: Bool { false }

    package var key: ObjectKey { metadata.key }

    /// Has nothing in common with others.
    package mutating func intern(with interner: inout Interner) {}
}

/// A kind of our own, whose status a controller writes.
package protocol ResourceWithStatus: Resource {
    associatedtype Status: ConditionedStatus

    /// What the object shows now; `nil` before the first write. A planned status that equals it is not written.
    var status: Status? { get }
}

/// A status with standard conditions (row 202), which the runtime can write by itself when a reconcile fails.
package protocol ConditionedStatus: Equatable, Sendable, JSONDecodable, JSONEncodable {
    /// The types of the conditions that every status of the kind has, from the first write on (rows 201, 205, 207).
    static var conditionTypes: [String] { get }

    /// The status of an object that has none yet.
    init()

    /// The generation of the specification that this status speaks of.
    var observedGeneration: Int64? { get set }
    /// Sorted by type.
    var conditions: [Condition] { get set }
}

extension ConditionedStatus {
    /// The status with a condition of every type that its kind always has. What is known stays; what nobody has found
    /// out anything about yet is Unknown.
    ///
    /// - Parameters:
    ///   - generation: of the specification that is looked at.
    ///   - time: RFC 3339 in UTC with seconds.
    package func complete(generation: Int64?, at time: String) -> Self {
        var status = self
        for type in Self.conditionTypes where conditions[type] == nil {
            status.conditions = status.conditions.setting(
                type,
                to: .unknown,
                reason: Condition.notKnownYet,
                message: "Nothing is known about it yet",
                generation: generation,
                at: time
            )
        }
        return status
    }
}
