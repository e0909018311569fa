// SPDX-License-Identifier: Apache-2.0

package import JSON

/// One line of `status.conditions`, in the standard shape (row 202).
package struct Condition: Equatable, Sendable {
    /// What is known about it.
    package enum Status: String, Sendable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"

        package init(_ value: Bool) { self = value ? .true : .false }
    }

    /// The reason of a condition that is there only because all of its kind are.
    package static let notKnownYet = "NotKnownYet"

    /// Upper camel case; the list is a map by it.
    package var type: String
    package var status: Status
    package var observedGeneration: Int64?
    /// RFC 3339 in UTC with seconds. Moves only when `status` does.
    package var lastTransitionTime: String
    package var reason: String
    package var message: String

    package init(
        type: String,
        status: Status,
        observedGeneration: Int64? = nil,
        lastTransitionTime: String,
        reason: String,
        message: String
    ) {
        self.type = type
        self.status = status
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}

extension [Condition] {
    package subscript(type: String) -> Condition? { first { $0.type == type } }

    /// `nil` also if nobody has found out anything about it yet: whatever it becomes then is no change.
    package func found(_ type: String) -> Condition? {
        self[type].flatMap { $0.reason == Condition.notKnownYet ? nil : $0 }
    }

    /// The list with one condition set, sorted by type. `lastTransitionTime` becomes `time` only if the status differs
    /// from what is there.
    package func setting(
        _ type: String,
        to status: Condition.Status,
        reason: String,
        message: String,
        generation: Int64?,
        at time: String
    ) -> [Condition] {
        let old = self[type]
        let new = Condition(
            type: type,
            status: status,
            observedGeneration: generation,
            lastTransitionTime: old?.status == status ? old?.lastTransitionTime ?? time : time,
            reason: reason,
            message: message
        )
        return (filter { $0.type != type } + [new]).sorted { $0.type < $1.type }
    }

    /// The list without one condition.
    package func removing(_ type: String) -> [Condition] { filter { $0.type != type } }
}

extension Condition: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let status: String = try json.value("status")
        self.init(
            type: try json.value("type"),
            status: Status(rawValue: status) ?? .unknown,
            observedGeneration: try json.optional("observedGeneration"),
            lastTransitionTime: try json.optional("lastTransitionTime") ?? "",
            reason: try json.optional("reason") ?? "",
            message: try json.optional("message") ?? ""
        )
    }
}

extension Condition: JSONEncodable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", type)
            writer.field("status", status.rawValue)
            writer.field("observedGeneration", observedGeneration)
            writer.field("lastTransitionTime", lastTransitionTime)
            writer.field("reason", reason)
            writer.field("message", message)
        }
    }
}
