// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

@testable import KubernetesRuntime

/// Finalizers, pausing and letting go.
@Suite(.timeLimit(.minutes(5)))
struct CleanupTests {
    struct Unreachable: Error, CustomStringConvertible {
        var description: String { "the other system is away" }
    }

    @Test(.rows(19)) func aDeletionMadeWhileNobodyRanIsFinishedAfterTheStart() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.create("orders")
            try await rig.run { _ in await rig.events.wait(for: 1) }
            try await rig.delete("orders")
            #expect(try await rig.widget("orders")?.metadata.isDeleting == true)

            let later = WidgetRig(client: rig.client, namespace: "default", clock: ManualClock())
            try await later.run { _ in _ = try await eventually { try await rig.widget("orders") == nil ? true : nil } }
            #expect(later.announced.all == ["bye hello"])
        }
    }

    @Test(.rows(19)) func aDeletionThatIsOldAtTheStartIsNotGivenUpAtTheFirstFailure() async throws {
        try await ManualRig.run { rig, _ in
            try await deletedLongAgo(rig)
            let isAway = Locked(true)
            try await rig.run(announce: { _, _ in
                if isAway.withLock({ $0 }) { throw Unreachable() }
            }) { _ in
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                isAway.withLock { $0 = false }
                rig.clock.advance(by: .milliseconds(5))
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
            }
            #expect(rig.announced.all == ["bye hello", "bye hello"])
            #expect(!rig.events.all.contains { $0.text.hasPrefix("CleanupAbandoned") })
        }
    }

    @Test func afterTheDeadlineAFinalizerThatStaysIsTriedLessAndLessOften() async throws {
        try await ManualRig.run { rig, server in
            try await deletedLongAgo(rig)
            server.inject(.status(403, reason: "Forbidden"), times: 3) { request in
                request.method == "PATCH" && request.path.hasSuffix("/widgets/orders")
            }
            try await rig.run { _ in
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                rig.clock.advance(by: .milliseconds(5))
                await rig.clock.waitForSleeper(until: .milliseconds(15))
                rig.clock.advance(by: .milliseconds(10))
                await rig.clock.waitForSleeper(until: .milliseconds(35))
                rig.clock.advance(by: .milliseconds(20))
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
            }
        }
    }

    @Test(.rows(102)) func whatFailedInAnEarlierTermIsNotGivenUpAtTheFirstFailureOfTheNext() async throws {
        try await ManualRig.run { rig, _ in
            try await deletedLongAgo(rig)
            let controller = rig.controller(announce: { _, _ in throw Unreachable() })
            try await rig.following {
                for term in 1...2 {
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { await controller.run(until: Latch()) }
                        await rig.announced.wait(for: term)
                        await rig.settled(controller)
                        group.cancelAll()
                    }
                    // Somebody else leads.
                    rig.clock.advance(by: .seconds(600))
                }
            }
            #expect(try await rig.widget("orders") != nil)
            #expect(!rig.events.all.contains { $0.text.hasPrefix("CleanupAbandoned") })
        }
    }

    /// A webhook that does not answer makes the server say 500, for as long as nobody repairs it.
    @Test func aCleanupThatTheServerAlwaysFailsIsGivenUpToo() async throws {
        try await ManualRig.run { rig, _ in
            try await deletedLongAgo(rig)
            try await rig.run(announce: { _, _ in throw KubernetesError(.internal, "the webhook is away") }) { _ in
                _ = try await eventually {
                    if try await rig.widget("orders") == nil { return true }
                    rig.clock.advance(by: .seconds(1))
                    return nil
                }
                await rig.events.wait(for: 2)
            }
            #expect(rig.events.all.last?.text == "CleanupAbandoned Widget default/orders")
        }
    }

    /// Somebody else's change comes between the look and the write: not a failure of the object.
    @Test func aFinalizerOverAnotherVersionIsAConflictAndCostsNoFurtherRequest() async throws {
        try await ManualRig.run { rig, server in
            try await rig.create("orders")
            let old = try #require(try await rig.widget("orders")?.metadata)
            try await rig.apply("orders", text: "other")
            server.forgetRequests()
            let executor = Executor(rig.client, stores: [rig.widgets]) { _, _, _ in }
            let error = await failure(KubernetesError.self) {
                try await executor.setFinalizers(["kittiwake.example/cleanup"], of: old, Widget.kind)
            }
            #expect(error?.code == .conflict)
            #expect(server.requests == ["PATCH /apis/kittiwake.example/v1/namespaces/default/widgets/orders"])
        }
    }

    /// `orders` was deleted ten minutes ago, while nobody ran.
    func deletedLongAgo(_ rig: ManualRig) async throws {
        var body = Widget.manifest(rig.key("orders"), text: "hello")
        body["metadata"]?["finalizers"] = ["kittiwake.example/cleanup"]
        _ = try await rig.client.create(Widget.kind, namespace: "default", body)
        try await rig.delete("orders")
        let deleted = try await rig.widget("orders")?.metadata.deletionTimestamp
        let time = try #require(deleted.flatMap { MicroTime($0) })
        rig.time.withLock { $0 = time.advanced(by: .seconds(600)) }
    }

    @Test func aCleanupThatFailsIsTriedAgainAndHoldsTheObject() async throws {
        try await ManualRig.run { rig, _ in
            let isAway = Locked(true)
            try await rig.run(announce: { what, _ in
                if what.text.hasPrefix("bye"), isAway.withLock({ $0 }) { throw Unreachable() }
            }) { _ in
                try await rig.create("orders")
                await rig.events.wait(for: 1)
                try await rig.delete("orders")
                let ready = try await eventually {
                    let ready = try await rig.condition("Ready", of: "orders")
                    return ready?.status == .false ? ready : nil
                }
                #expect(ready.message.contains("the other system is away"))
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                isAway.withLock { $0 = false }
                rig.clock.advance(by: .milliseconds(5))
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
                #expect(rig.announced.all == ["hello", "bye hello", "bye hello"])
            }
        }
    }

    @Test func afterTheDeadlineTheObjectGoesAndAnEventSaysWhatIsLeft() async throws {
        try await ManualRig.run { rig, _ in
            let notes = Recorder<String>()
            let executor = Executor(rig.client, stores: [rig.widgets]) { event, _, _ in
                notes.record("\(event.severity) \(event.reason): \(event.note)")
            }
            var settings = Controller<WidgetReconciler, ManualClock>.Settings(log: rig.log)
            settings.time = { [time = rig.time] in time.withLock { $0 } }
            settings.jitter = { 0 }
            let controller = Controller(
                rig.reconciler { what, _ in
                    if what.text.hasPrefix("bye") { throw Unreachable() }
                },
                rig.widgets,
                executor: executor,
                clock: rig.clock,
                settings: settings
            )
            try await rig.following {
                let stop = Latch()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await controller.run(until: stop) }
                    try await rig.create("orders")
                    await notes.wait(for: 1)
                    try await rig.delete("orders")
                    let deleted = try await eventually { try await rig.widget("orders")?.metadata.deletionTimestamp }
                    let start = try #require(MicroTime(deleted))
                    rig.time.withLock { $0 = start.advanced(by: .seconds(299)) }
                    _ = try await eventually {
                        try await rig.condition("Ready", of: "orders")?.status == .false ? true : nil
                    }
                    rig.time.withLock { $0 = start.advanced(by: .seconds(300)) }
                    // One minute of tries is the least, and it is over soon after the deadline.
                    _ = try await eventually {
                        if try await rig.widget("orders") == nil { return true }
                        rig.clock.advance(by: .seconds(1))
                        return nil
                    }
                    await notes.wait(for: 3)  // written, failed, abandoned
                    stop.open()
                    try await group.waitForAll()
                }
            }
            #expect(
                notes.all.last
                    == "warning CleanupAbandoned: Gave up cleaning up: the other system is away. "
                    + #"May be left behind: Announcement(text: "bye hello")"#
            )
        }
    }

    @Test func anAnnotationForcesTheObjectToGo() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run(announce: { what, _ in
                if what.text.hasPrefix("bye") { throw Unreachable() }
            }) { _ in
                try await rig.create("orders")
                await rig.events.wait(for: 1)
                try await rig.delete("orders")
                _ = try await eventually {
                    try await rig.condition("Ready", of: "orders")?.status == .false ? true : nil
                }
                try await rig.annotate("orders", "kittiwake.example/force-cleanup", "true")
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
                await rig.events.wait(for: 3)
                #expect(rig.events.all.last?.text == "CleanupAbandoned Widget default/orders")
            }
        }
    }

    @Test func anothersFinalizerStays() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.create("orders")
            let theirs: JSON = ["metadata": ["finalizers": ["other.example/x"]]]
            _ = try await rig.client.merge(Widget.kind, rig.key("orders"), theirs)
            try await rig.run { _ in
                await rig.events.wait(for: 1)
                #expect(
                    try await rig.widget("orders")?.metadata.finalizers
                        == ["other.example/x", "kittiwake.example/cleanup"]
                )
                try await rig.delete("orders")
                _ = try await eventually {
                    try await rig.widget("orders")?.metadata.finalizers == ["other.example/x"] ? true : nil
                }
            }
            #expect(rig.announced.all == ["hello", "bye hello"])
        }
    }

    @Test func aPausedResourceIsLeftAsItIsButMayGo() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { controller in
                try await rig.create("orders")
                await rig.events.wait(for: 1)
                try await rig.annotate("orders", "kittiwake.example/pause-reconciliation", "true")
                let paused = try await eventually { try await rig.condition("ReconciliationPaused", of: "orders") }
                #expect(paused.status == .true)
                #expect(try await rig.condition("Ready", of: "orders")?.status == .true)
                try await rig.apply("orders", text: "other")
                await rig.settled(controller)
                #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "hello")

                try await rig.annotate("orders", "kittiwake.example/pause-reconciliation", .null)
                _ = try await eventually {
                    try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "other" ? true : nil
                }
                _ = try await eventually {
                    try await rig.condition("ReconciliationPaused", of: "orders") == nil ? true : nil
                }

                try await rig.annotate("orders", "kittiwake.example/pause-reconciliation", "true")
                _ = try await eventually { try await rig.condition("ReconciliationPaused", of: "orders") }
                try await rig.delete("orders")
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
                #expect(rig.announced.all.last == "bye other")
            }
        }
    }

    @Test func aResourceThatFailsAfterItsPauseIsNotSaidToBePaused() async throws {
        try await ManualRig.run { rig, server in
            try await rig.run { _ in
                try await rig.create("orders")
                try await rig.isReady("orders")
                try await rig.annotate("orders", "kittiwake.example/pause-reconciliation", "true")
                _ = try await eventually { try await rig.condition("ReconciliationPaused", of: "orders") }
                try await rig.apply("orders", text: "other")
                // Often enough that another look, whatever causes it, fails too.
                server.refuseApplies(of: "configmaps", 403, reason: "Forbidden", times: 50)
                try await rig.annotate("orders", "kittiwake.example/pause-reconciliation", .null)
                _ = try await eventually {
                    try await rig.condition("Ready", of: "orders")?.reason == "Forbidden" ? true : nil
                }
                #expect(try await rig.condition("ReconciliationPaused", of: "orders") == nil)
            }
        }
    }

    @Test(.rows(201)) func anObjectPausedFromTheStartHasReadyToo() async throws {
        try await ManualRig.run { rig, _ in
            var body = Widget.manifest(rig.key("orders"), text: "hello")
            body["metadata"]?["annotations"] = ["kittiwake.example/pause-reconciliation": "true"]
            _ = try await rig.client.create(Widget.kind, namespace: "default", body)
            try await rig.run { _ in
                let ready = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(ready.status == .unknown)
                #expect(try await rig.widget("orders")?.metadata.finalizers == [])
            }
        }
    }

    @Test func whatCannotBeReadIsToldByItsField() async throws {
        try await ManualRig.run { rig, _ in
            var body = Widget.manifest(rig.key("orders"), text: "")
            body["spec"] = ["text": 5]
            body["metadata"]?["finalizers"] = ["kittiwake.example/cleanup"]
            _ = try await rig.client.create(Widget.kind, namespace: "default", body)
            try await rig.run { _ in
                let valid = try await eventually { try await self.status(rig)?.conditions["ConfigValid"] }
                #expect(valid.message == "spec.text: is uint and not a string")
                #expect(valid.status == .false)
            }
        }
    }

    @Test func whatBecomesUnreadableKeepsWhatItsStatusKnew() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { controller in
                try await rig.create("orders")
                try await rig.isReady("orders")
                await rig.settled(controller)
                let before = try #require(try await self.status(rig))
                rig.time.withLock { $0 = $0.advanced(by: .seconds(3600)) }
                _ = try await rig.client.merge(Widget.kind, rig.key("orders"), ["spec": ["text": 5]])
                _ = try await eventually { try await self.status(rig)?.conditions["ConfigValid"] }
                let after = try #require(try await self.status(rig))
                #expect(after.announced == "hello")
                let since = { (status: Widget.Status, type: String) in status.conditions[type]?.lastTransitionTime }
                #expect(after.conditions["Reconciling"]?.reason == "Unreadable")
                #expect(since(after, "Reconciling") == since(before, "Reconciling"))
                #expect(since(after, "Ready") != since(before, "Ready"))
            }
        }
    }

    /// The status of an object whose specification may be of a wrong type.
    func status(_ rig: ManualRig) async throws -> Widget.Status? {
        try await rig.client.get(StatusAlone<Widget>.self, rig.key("orders"))?.status
    }
}
