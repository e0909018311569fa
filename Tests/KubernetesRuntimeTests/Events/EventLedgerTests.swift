// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import TestServers
import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite
struct EventLedgerTests {
    let orders = ObjectReference(kind: Widget.kind, key: ObjectKey(namespace: "shop", name: "orders"), uid: "u-1")
    let failed = EventIntent(.warning, reason: "Failed", note: "no such bucket")

    func at(_ seconds: Int) -> MicroTime { MicroTime(microsecondsSinceEpoch: Int64(seconds) * 1_000_000) }

    func record(_ ledger: inout EventLedger, _ event: EventIntent, at seconds: Int) -> EventKey? {
        ledger.record(event, about: orders, reconcile: "r1", at: at(seconds), salt: 7)
    }

    @Test(.rows(213)) func theSecondTimeMakesASeriesAndTheThirdOnlyCounts() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 0))
        #expect(ledger.next(key, at: at(0)) == .create)
        ledger.sent(key, count: 1, at: at(0))
        #expect(ledger.next(key, at: at(1)) == .wait(.seconds(359)))
        #expect(record(&ledger, EventIntent(.warning, reason: "Failed", note: "other words"), at: 10) == key)
        #expect(ledger.next(key, at: at(10)) == .patch)
        ledger.sent(key, count: 2, at: at(10))
        #expect(record(&ledger, failed, at: 20) == nil)
        #expect(ledger.records[key]?.count == 3)
        #expect(ledger.next(key, at: at(20)) == .wait(.seconds(360)))
    }

    @Test func aLongSeriesTellsItsCountEveryHalfHour() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 0))
        _ = record(&ledger, failed, at: 1)
        ledger.sent(key, count: 2, at: at(1))
        for minute in 1...30 { _ = record(&ledger, failed, at: minute * 60) }
        #expect(ledger.next(key, at: at(1799)) == .wait(.seconds(2)))
        #expect(ledger.next(key, at: at(1801)) == .patch)
    }

    @Test func afterSixQuietMinutesTheLastCountIsSentAndTheNextIsAnotherEvent() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 0))
        ledger.sent(key, count: 1, at: at(0))
        _ = record(&ledger, failed, at: 1)
        ledger.sent(key, count: 2, at: at(1))
        _ = record(&ledger, failed, at: 2)
        #expect(ledger.next(key, at: at(362)) == .patch)
        ledger.sent(key, count: 3, at: at(362))
        #expect(ledger.next(key, at: at(362)) == .forget)
        ledger.forget(key)
        #expect(record(&ledger, failed, at: 363) == key)
        #expect(ledger.next(key, at: at(363)) == .create)
    }

    @Test func anObjectMayFailInTwentyFiveWaysAtOnceAndThenOnceInFiveMinutes() {
        var ledger = EventLedger()
        let events = (0..<30).map { EventIntent(.warning, reason: "Reason\($0)", note: "") }
        var taken = 0
        for event in events where record(&ledger, event, at: 0) != nil { taken += 1 }
        #expect(taken == 25)
        #expect(ledger.dropped == 5)
        #expect(record(&ledger, events[26], at: 299) == nil)
        #expect(record(&ledger, events[27], at: 300) != nil)
        #expect(record(&ledger, events[28], at: 301) == nil)
    }

    @Test func whatCannotBeSentIsDroppedAfterTwelveTries() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 0))
        let again = (1...12).map { _ in ledger.failed(key) }
        #expect(again == Array(repeating: true, count: 11) + [false])
        #expect(ledger.dropped == 1)
        #expect(ledger.next(key, at: at(1)) == .forget)
    }

    @Test func aDeletedSeriesIsCreatedAnew() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 0))
        ledger.sent(key, count: 1, at: at(0))
        _ = record(&ledger, failed, at: 1)
        ledger.lost(key)
        #expect(ledger.next(key, at: at(1)) == .create)
        let object = key.object(try #require(ledger.records[key]), controller: "kittiwake", instance: "pod-1")
        #expect(object["series"]?["count"] == 2)
    }

    @Test func aNoteIsCut() {
        #expect(EventLedger.cut(String(repeating: "a", count: 1024)).utf8.count == 1024)
        let cut = EventLedger.cut(String(repeating: "é", count: 600))
        #expect(cut.utf8.count == 1023)
        #expect(cut.hasSuffix("é…"))
        let oneCharacter = "a" + String(repeating: "\u{301}", count: 100_000)
        #expect(EventLedger.cut(oneCharacter).utf8.count <= 1024)
    }

    @Test(.rows(334)) func anEventSaysWhatItIsAboutAndWhichReconcileMadeIt() throws {
        var ledger = EventLedger()
        let key = try #require(record(&ledger, failed, at: 1))
        let object = key.object(try #require(ledger.records[key]), controller: "kittiwake", instance: "pod-1")
        #expect(object["metadata"]?["name"] == "orders.3b9aca07")
        #expect(object["metadata"]?["namespace"] == "shop")
        #expect(object["metadata"]?["annotations"]?["kittiwake/reconcile"] == "r1")
        #expect(object["regarding"]?["uid"] == "u-1")
        #expect(object["eventTime"] == "1970-01-01T00:00:01.000000Z")
        #expect(object["series"] == nil)
    }
}
