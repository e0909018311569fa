// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import KubernetesModel

/// What makes two events the same event: everything but the words.
struct EventKey: Hashable, Sendable {
    var regarding: ObjectReference
    var severity: EventIntent.Severity
    var reason: String
    var action: String
}

/// Which events are sent, when, and as what: the rules without threads, clock or network (the
/// numbers of a series are client-go's).
struct EventLedger: Sendable {
    /// What to do about one event now.
    enum Step: Equatable, Sendable {
        case create
        /// Say that it has become a series, or how long the series is.
        case patch
        case wait(Duration)
        /// Nothing for so long that the next one is another event.
        case forget
    }

    struct Record: Equatable, Sendable {
        var name: String
        var note: String
        var reconcile: String
        var first: MicroTime
        var last: MicroTime
        var count = 1
        /// What the server knows; 0: nothing.
        var sentCount = 0
        var sentAt: MicroTime?
        var attempts = 0
    }

    static let longestSeriesSilence = Duration.seconds(1800)
    static let end = Duration.seconds(360)
    static let tries = 12
    /// Events that are remembered at a time.
    static let capacity = 8_192

    private(set) var records: [EventKey: Record] = [:]
    private var limits = EventLimits()
    /// Events that were not taken or not sent (`kittiwake_events_dropped_total`).
    private(set) var dropped = 0

    /// - Parameter salt: makes the name of an object that another replica might write in the same nanosecond its own.
    /// - Returns: whether there is something to send.
    mutating func record(
        _ event: EventIntent,
        about regarding: ObjectReference,
        reconcile: String,
        at time: MicroTime,
        salt: UInt16
    ) -> EventKey? {
        let key = EventKey(
            regarding: regarding,
            severity: event.severity,
            reason: event.reason,
            action: event.action
        )
        if records[key] != nil {
            records[key]?.count += 1
            records[key]?.last = time
            // The second time is told at once; after that the count is told from time to time.
            return records[key]?.count == 2 ? key : nil
        }
        guard records.count < Self.capacity, limits.admits(regarding, at: time) else {
            dropped += 1
            return nil
        }
        let nanoseconds = UInt64(max(0, time.microsecondsSinceEpoch)) * 1000 + UInt64(salt % 1000)
        records[key] = Record(
            name: "\(regarding.key.name.prefix(230)).\(String(nanoseconds, radix: 16))",
            note: Self.cut(event.note),
            reconcile: reconcile,
            first: time,
            last: time
        )
        return key
    }

    func next(_ key: EventKey, at time: MicroTime) -> Step {
        guard let record = records[key] else { return .forget }
        if record.sentCount == 0 { return .create }
        if record.sentCount == 1, record.count > 1 { return .patch }
        let silence = record.last.duration(to: time)
        let hasMore = record.count > record.sentCount
        if silence >= Self.end { return hasMore ? .patch : .forget }
        let sinceSent = (record.sentAt ?? record.first).duration(to: time)
        if hasMore, sinceSent >= Self.longestSeriesSilence { return .patch }
        let untilSent = hasMore ? Self.longestSeriesSilence - sinceSent : Self.end
        return .wait(min(Self.end - silence, untilSent))
    }

    mutating func sent(_ key: EventKey, count: Int, at time: MicroTime) {
        records[key]?.sentCount = count
        records[key]?.sentAt = time
        records[key]?.attempts = 0
    }

    /// The object that was to become a series is not there: it expired, or somebody deleted it.
    mutating func lost(_ key: EventKey) { records[key]?.sentCount = 0 }

    /// Whether to try again.
    mutating func failed(_ key: EventKey) -> Bool {
        records[key]?.attempts += 1
        guard let record = records[key], record.attempts >= Self.tries else { return true }
        drop(key)
        return false
    }

    /// The server will not have it.
    mutating func drop(_ key: EventKey) {
        if records.removeValue(forKey: key) != nil { dropped += 1 }
    }

    mutating func forget(_ key: EventKey) { records[key] = nil }

    /// The API server takes 1,024 bytes.
    static func cut(_ note: String) -> String { note.cut(to: 1024) }
}

/// At most 25 new events for one object at once, then one in five minutes.
struct EventLimits: Sendable {
    static let burst = 25
    static let interval = Duration.seconds(300)
    /// Objects that are watched at a time.
    static let capacity = 8_192

    /// When the object may have used up nothing of its burst.
    private var free: [ObjectReference: MicroTime] = [:]

    mutating func admits(_ object: ObjectReference, at time: MicroTime) -> Bool {
        if free.count >= Self.capacity { free = free.filter { time < $0.value } }
        let start = max(free[object] ?? time, time)
        let used = time.duration(to: start)
        guard used <= Self.interval * (Self.burst - 1), free.count < Self.capacity || free[object] != nil else {
            return false
        }
        free[object] = start.advanced(by: Self.interval)
        return true
    }
}

extension EventKey {
    /// In which namespace the event is.
    var namespace: String { regarding.key.namespace ?? "default" }

    /// The object as it is created.
    func object(_ record: EventLedger.Record, controller: String, instance: String) -> JSON {
        var object: JSON = [
            "apiVersion": .string(ResourceKind.event.apiVersion), "kind": "Event",
            "metadata": [
                "name": .string(record.name), "namespace": .string(namespace),
                "annotations": record.reconcile.isEmpty ? nil : ["kittiwake/reconcile": .string(record.reconcile)],
            ],
            "eventTime": .string("\(record.first)"), "type": .string(severity.rawValue), "reason": .string(reason),
            "action": .string(action), "note": .string(record.note), "regarding": regarding.json,
            "reportingController": .string(controller), "reportingInstance": .string(instance),
        ]
        if record.count > 1 { object["series"] = series(record) }
        return object
    }

    /// What changes when it becomes a series or the series grows.
    func series(_ record: EventLedger.Record) -> JSON {
        ["count": .integer(Int64(record.count)), "lastObservedTime": .string("\(record.last)")]
    }
}
