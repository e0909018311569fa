// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(5)))
struct ControllerTests {
    struct Unreachable: Error {}

    @Test(.rows(62, 213), arguments: AnyServer.allCases)
    func aResourceGoesAllTheWay(_ server: AnyServer) async throws {
        try await server.run { client, namespace in
            let rig = WidgetRig(client: client, namespace: namespace, clock: ManualClock())
            try await rig.run { _ in
                try await rig.create("orders")
                let ready = try await eventually {
                    let widget = try await rig.widget("orders")
                    return widget?.status?.conditions["Ready"]?.status == .true ? widget : nil
                }
                #expect(ready.metadata.finalizers == ["kittiwake.example/cleanup"])
                #expect(ready.status?.observedGeneration == 1)
                let text = try await client.get(ConfigText.self, rig.key("orders"))
                #expect(text?.text == "hello")

                // Drift is put right and told, and what others add stays.
                let before = rig.events.all.map(\.text)
                #expect(!before.contains { $0.hasPrefix("DriftCorrected") })
                let change: JSON = ["data": ["text": "by hand"], "metadata": ["labels": ["theirs": "stays"]]]
                _ = try await client.merge(.configMap, rig.key("orders"), change)
                let corrected = try await eventually {
                    let object = try await client.get(ConfigText.self, rig.key("orders"))
                    return object?.text == "hello" ? object : nil
                }
                #expect(corrected.metadata.labels["theirs"] == "stays")
                await rig.events.wait(for: before.count + 1)
                #expect(rig.events.all.map(\.text) == before + ["DriftCorrected Widget \(namespace)/orders"])

                // What needs cleaning up is cleaned up, and then lets go.
                try await rig.delete("orders")
                _ = try await eventually { try await rig.widget("orders") == nil ? true : nil }
                #expect(rig.announced.all.last == "bye hello")
            }
        }
    }

    // MARK: When

    @Test(.rows(328)) func aFailureIsRetriedAfterItsBackoff() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { _ in
                if rig.looked.all.count < 3 { throw Unreachable() }
            } _: { _ in
                try await rig.create("orders")
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                let failed = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(failed.status == .false)
                #expect(failed.reason == "ReconcileFailed")
                #expect(try await rig.condition("Reconciling", of: "orders")?.status == .true)
                rig.clock.advance(by: .milliseconds(5))
                await rig.clock.waitForSleeper(until: .milliseconds(15))
                #expect(rig.looked.all.count == 2)
                rig.clock.advance(by: .milliseconds(10))
                try await rig.isReady("orders")
            }
        }
    }

    @Test(.rows(204, 207)) func anInvalidSpecBecomesAConditionAndIsNotRetried() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { controller in
                try await rig.create("orders", size: 0)
                let valid = try await eventually { try await rig.condition("ConfigValid", of: "orders") }
                #expect(valid.status == .false)
                #expect(valid.reason == "InvalidSpec")
                #expect(valid.message == "spec.size: must be at least 1")
                #expect(valid.observedGeneration == 1)
                #expect(try await rig.condition("Ready", of: "orders")?.status == .false)
                #expect(try await rig.condition("Stalled", of: "orders")?.status == .true)
                #expect(try await rig.condition("Reconciling", of: "orders")?.status == .false)
                await rig.settled(controller)
                #expect(rig.announced.all.isEmpty)
                #expect(controller.state.snapshot.waiting == 1)  // the canary alone
            }
        }
    }

    @Test func aHungReconcileIsCancelledReportedAndRetried() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { [clock = rig.clock, looked = rig.looked] _ in
                if looked.all.count == 1 { try await clock.sleep(for: .seconds(3600)) }
            } _: { _ in
                try await rig.create("orders")
                await rig.clock.waitForSleeper(until: .seconds(3600))
                rig.clock.advance(by: .seconds(120))
                let ready = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(ready.reason == "DeadlineExceeded")
                await rig.clock.waitForSleeper(until: .seconds(120) + .milliseconds(5))
                rig.clock.advance(by: .milliseconds(5))
                await rig.looked.wait(for: 2)
            }
            let text = rig.metrics.text()
            #expect(text.contains(#"controller_runtime_reconcile_timeouts_total{controller="widget"} 1"#))
        }
    }

    @Test(.rows(328)) func oneFailingResourceDoesNotDelayAnother() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { widget in
                if widget.text == "bad" { throw Unreachable() }
            } _: { _ in
                try await rig.create("bad", text: "bad")
                for number in 0..<20 { try await rig.create("good\(number)", text: "good\(number)") }
                for number in 0..<20 {
                    try await rig.isReady("good\(number)")
                }
                // Its back-off has not ended, as nobody has moved the clock.
                #expect(try await rig.condition("Ready", of: "bad")?.status != .true)
            }
        }
    }

    // MARK: How often

    @Test(.rows(17, 327)) func whatIsUnchangedCostsNoRequest() async throws {
        try await ManualRig.run { rig, server in
            try await rig.run { controller in
                try await rig.create("orders")
                try await rig.isReady("orders")
                try await upToDate(rig, server, controller)
                let reconciles = rig.looked.all.count
                server.forgetRequests()
                for _ in 0..<3 {
                    controller.state.add(rig.key("orders"))
                    await rig.settled(controller)
                }
                #expect(server.requests == [])
                #expect(rig.looked.all.count == reconciles + 3)
            }
        }
    }

    @Test(.rows(17)) func aStatusWriteIsNoReasonToLookAgain() async throws {
        try await ManualRig.run { rig, server in
            try await rig.run { controller in
                try await rig.create("orders")
                try await rig.isReady("orders")
                try await upToDate(rig, server, controller)
                let reconciles = rig.looked.all.count
                var status = Widget.manifest(rig.key("orders"), text: "")
                status["spec"] = nil
                status["status"] = ["size": 77]
                _ = try await rig.client.merge(Widget.kind, rig.key("orders"), status)
                _ = try await rig.client.applyStatus(
                    ApplyIntent(kind: Widget.kind, key: rig.key("orders"), body: status)
                )
                _ = try await eventually { rig.widgets[rig.key("orders")]?.status?.size == 77 ? true : nil }
                await rig.settled(controller)
                #expect(rig.looked.all.count == reconciles)
            }
        }
    }

    /// Until the stores have everything and the controller has nothing left to do.
    func upToDate(
        _ rig: ManualRig,
        _ server: APIServer,
        _ controller: Controller<WidgetReconciler, ManualClock>
    ) async throws {
        _ = try await eventually {
            let widget = try await rig.widget("orders")?.metadata.resourceVersion
            let text = try await rig.client.get(ConfigText.self, rig.key("orders"))?.metadata.resourceVersion
            await rig.settled(controller)
            let isCurrent =
                rig.widgets.entry(rig.key("orders"))?.metadata.resourceVersion == widget
                && rig.configMaps.entry(rig.key("orders"))?.metadata.resourceVersion == text
            return isCurrent ? true : nil
        }
        await rig.settled(controller)
    }

    // MARK: In which order

    @Test func theFinalizerAndTheObjectsComeBeforeAnEffectAndTheStatusAfterIt() async throws {
        try await ManualRig.run { rig, server in
            try await rig.run(announce: { what, _ in
                guard what.text == "hello" else { return }
                let widget = try await rig.widget("orders")
                #expect(widget?.metadata.finalizers == ["kittiwake.example/cleanup"])
                #expect(widget?.status == nil)
                #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "hello")
                #expect(rig.events.all.isEmpty)
            }) { _ in
                try await rig.create("orders", size: 3)
                await rig.events.wait(for: 1)
            }
            #expect(rig.announced.all == ["hello"])
        }
    }

    @Test func theFirstFailureEndsThePlanAndIsTold() async throws {
        try await ManualRig.run { rig, server in
            server.refuseApplies(of: "configmaps", 403, reason: "Forbidden")
            try await rig.run { _ in
                try await rig.create("orders")
                let ready = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(ready.reason == "Forbidden")
                #expect(ready.message.contains("the role needs the verb patch for configmaps"))
                #expect(rig.announced.all.isEmpty)
                await rig.events.wait(for: 1)
                #expect(rig.events.all.map(\.text) == ["Forbidden Widget default/orders"])
                // Nothing that the plan was about to say has happened.
                #expect(try await rig.widget("orders")?.status?.announced == nil)
            }
        }
    }

    @Test(.rows(202)) func aFailureThatGoesOnKeepsItsTimeAndIsWrittenOnce() async throws {
        try await ManualRig.run { rig, server in
            let start = try #require(MicroTime("2026-01-01T00:00:00.000000Z"))
            rig.time.withLock { $0 = start }
            try await rig.run { controller in
                try await rig.create("orders")
                try await rig.isReady("orders")
                await rig.settled(controller)
                server.refuseApplies(of: "configmaps", 403, reason: "Forbidden", times: 3)
                rig.time.withLock { $0 = start.advanced(by: .seconds(60)) }
                server.forgetRequests()
                try await rig.apply("orders", text: "other")
                var due = Duration.zero
                for attempt in 1...3 {
                    due += .milliseconds(5 << (attempt - 1))
                    await rig.clock.waitForSleeper(until: due)
                    let ready = try #require(try await rig.condition("Ready", of: "orders"))
                    #expect(ready.status == .false && ready.reason == "Forbidden")
                    #expect(ready.lastTransitionTime == "2026-01-01T00:01:00Z")
                    #expect(server.requests.count { $0.hasPrefix("PATCH") && $0.hasSuffix("/status") } == 1)
                    rig.time.withLock { $0 = start.advanced(by: .seconds(60 + 60 * attempt)) }
                    rig.clock.advance(by: .milliseconds(5 << (attempt - 1)))
                }
                try await rig.isReady("orders")
                #expect(try await rig.condition("Ready", of: "orders")?.lastTransitionTime == "2026-01-01T00:04:00Z")
            }
        }
    }

    /// What a policy forbids today it may allow tomorrow, and nobody tells us of that.
    @Test(.rows(204)) func whatTheServerRefusesIsTriedAgainEveryTwoMinutesAtLeast() async throws {
        try await ManualRig.run { rig, server in
            server.refuseApplies(of: "configmaps", 422, reason: "Invalid", times: 40)
            try await rig.run { controller in
                try await rig.create("orders")
                let reconciling = try await eventually { try await rig.condition("Reconciling", of: "orders") }
                #expect(reconciling.status == .true && reconciling.reason == "Invalid")
                #expect(try await rig.condition("Stalled", of: "orders")?.status == .false)
                // The back-off alone would be at 1,000 s after 18 failures, and at 40 after ten hours.
                var seconds = 0
                while !server.isFaultless, !Task.isCancelled {
                    await rig.settled(controller)
                    rig.clock.advance(by: .seconds(1))
                    seconds += 1
                    for _ in 0..<10 { await Task.yield() }
                }
                await rig.settled(controller)
                rig.clock.advance(by: .seconds(120))
                try await rig.isReady("orders")
                #expect(seconds < 40 * 130, "\(seconds) s")
            }
        }
    }

    @Test func aPassingFailureOfTheServerIsNotToldAndALastingOneIs() async throws {
        try await ManualRig.run { rig, server in
            // A webhook for one kind, which does not answer.
            server.refuseApplies(of: "configmaps", 500, reason: "InternalError", times: 100)
            try await rig.run { controller in
                try await rig.create("orders")
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                #expect(try await rig.condition("Ready", of: "orders") == nil)
                let ready = try await eventually {
                    await rig.settled(controller)
                    rig.clock.advance(by: .seconds(1))
                    return try await rig.condition("Ready", of: "orders")
                }
                #expect(ready.status == .false && ready.reason == "Internal")
                #expect(ready.message.contains("Applying ConfigMap default/orders"))
                #expect(try await rig.condition("Reconciling", of: "orders")?.status == .true)
                await rig.events.wait(for: 1)
                #expect(rig.events.all.map(\.text) == ["Internal Widget default/orders"])
            }
        }
    }

    @Test(.rows(334)) func logLinesAndEventsOfAReconcileHaveItsID() async throws {
        try await ManualRig.run { rig, _ in
            let seen = Recorder<String>()
            try await rig.run(announce: { _, context in
                seen.record(context.id)
                context.log.info("Announced")
            }) { _ in
                try await rig.create("orders")
                await rig.events.wait(for: 1)
            }
            let id = try #require(seen.all.last)
            #expect(rig.events.all.last?.reconcile == id)
            let line = try #require(rig.lines.all.last { $0.contains("Announced") })
            #expect(line.contains(#""namespace":"default","name":"orders","reconcile":"\#(id)""#))
            #expect(rig.lines.all.contains { $0.contains("Created object") && $0.contains(id) })
        }
    }

    // MARK: The lease

    /// A process that was suspended may go on before it has noticed that it leads no more.
    @Test func nothingIsWrittenOnceTheLeaseIsNotHeld() async throws {
        try await ManualRig.run { rig, server in
            try await rig.create("orders")
            let widget = try #require(try await rig.widget("orders"))
            let executor = Executor(rig.client, stores: []) { _, _, _ in }
            executor.write { false }
            let context = ReconcileContext(
                id: "1",
                log: rig.log,
                time: .now,
                failingFor: nil,
                ownerships: executor.ownerships()
            )
            server.forgetRequests()
            let delete = { @Sendable (object: ObjectReference) in
                try await executor.delete(object, uid: "u", for: object, in: context)
            }
            let writes: [@Sendable () async throws -> Void] = [
                { try await executor.apply(ConfigText.intent(rig.key("x"), [:]), for: widget.reference, in: context) },
                { try await delete(widget.reference) },
                { try await executor.write(Widget.Status(), of: Widget.self, widget.metadata, in: context) },
                { try await executor.setFinalizers(["a.example/b"], of: widget.metadata, Widget.kind) },
            ]
            for write in writes {
                let error = await failure(KubernetesError.self) { try await write() }
                #expect(error?.code == .cancelled)
            }
            #expect(!server.requests.contains { !$0.hasPrefix("GET") })
        }
    }

    // MARK: Whose

    @Test func anObjectOfAnotherIsLeftAloneUntilItGoes() async throws {
        try await ManualRig.run { rig, _ in
            let foreign = ConfigText.intent(rig.key("orders"), ["text": "theirs"]).body
            let uid = try await rig.client.create(.configMap, namespace: "default", foreign).metadata.uid
            try await rig.run { _ in
                try await rig.create("orders")
                let ready = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(ready.reason == "NameConflict")
                #expect(ready.message.contains("ConfigMap default/orders was not made by kittiwake"))
                #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "theirs")

                try await rig.client.delete(.configMap, rig.key("orders"), uid: uid ?? "")
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                rig.clock.advance(by: .milliseconds(5))
                _ = try await eventually {
                    try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "hello" ? true : nil
                }
            }
        }
    }

    @Test func aChildOfASiblingIsLeftAlone() async throws {
        try await ManualRig.run { rig, _ in
            var foreign = ConfigText.intent(rig.key("orders"), ["text": "theirs"]).body
            let owner = OwnerReference(apiVersion: "kittiwake.example/v1", kind: "Widget", name: "other", uid: "u-9")
            foreign["metadata"]?["ownerReferences"] = [owner.json]
            foreign["metadata"]?["labels"] = ["app.kubernetes.io/managed-by": "kittiwake"]
            _ = try await rig.client.create(.configMap, namespace: "default", foreign)
            try await rig.run { _ in
                try await rig.create("orders")
                let ready = try await eventually { try await rig.condition("Ready", of: "orders") }
                #expect(ready.reason == "NameConflict")
                #expect(ready.message.contains("belongs to Widget other"))
                #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "theirs")
            }
        }
    }

    @Test func whatWeMadeAndNobodyOwnsAnyMoreIsTakenBack() async throws {
        try await ManualRig.run { rig, _ in
            _ = try await rig.client.apply(ConfigText.intent(rig.key("orders"), ["text": "old"]))
            try await rig.run { _ in
                try await rig.create("orders")
                try await rig.isReady("orders")
                let text = try await rig.client.get(ConfigText.self, rig.key("orders"))
                #expect(text?.text == "hello" && text?.metadata.controller?.name == "orders")
            }
        }
    }

    @Test func aLabelSaysWhoseAnObjectIsWhereNoReferenceCan() async throws {
        try await ManualRig.run { rig, _ in
            let intent = { @Sendable (uid: String) in
                var intent = ConfigText.intent(rig.key("orders"), ["text": .string("of \(uid)")])
                intent.body["metadata"]?["labels"] = ["owner-uid": .string(uid)]
                return intent
            }
            for stores in [[], [rig.configMaps]] as [[any AnyStore]] {
                let executor = Executor(rig.client, stores: stores, ownerLabel: "owner-uid") { _, _, _ in }
                let apply = { @Sendable (uid: String) in
                    let context = ReconcileContext(
                        id: "1",
                        log: rig.log,
                        time: .now,
                        failingFor: nil,
                        ownerships: executor.ownerships()
                    )
                    let resource = ObjectReference(kind: Widget.kind, key: ObjectKey(namespace: uid, name: "orders"))
                    try await executor.apply(intent(uid), for: resource, in: context)
                }
                try await apply("one")
                let error = await failure(ReconcileError.self) { try await apply("two") }
                #expect(error?.code == .nameConflict)
                #expect(error?.message.contains("belongs to another resource") == true)
                try await apply("one")
                #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "of one")
            }
        }
    }

    /// Of two that look at once and find nothing, the second finds in the cache what the first has made meanwhile.
    @Test func whatWasMadeSinceTheLookIsLookedAtAgain() async throws {
        try await ManualRig.run { rig, _ in
            rig.configMaps.cover(.everything)
            let executor = Executor(rig.client, stores: [rig.configMaps]) { _, _, _ in }
            let context = ReconcileContext(
                id: "1",
                log: rig.log,
                time: .now,
                failingFor: nil,
                ownerships: executor.ownerships()
            )
            #expect(try await context.ownership(.configMap, rig.key("orders")) == nil)
            let theirs = ConfigText.intent(rig.key("orders"), ["text": "theirs"]).body
            let written = try await rig.client.create(.configMap, namespace: "default", theirs)
            _ = rig.configMaps.absorb(written)
            let resource = ObjectReference(kind: Widget.kind, key: rig.key("orders"))
            let intent = ConfigText.intent(rig.key("orders"), ["text": "ours"])
            let error = await failure(ReconcileError.self) {
                try await executor.apply(intent, for: resource, in: context)
            }
            #expect(error?.code == .nameConflict)
            #expect(try await rig.client.get(ConfigText.self, rig.key("orders"))?.text == "theirs")
        }
    }

    // MARK: Again

    /// Each run begins with every key: one that was in hand when a lease was lost is not forgotten.
    @Test(.rows(102)) func aNewRunTakesUpWhatTheLastOneLeft() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.create("orders")
            let hung = Latch()
            let isFirst = Locked(true)
            let controller = rig.controller { _ in
                if isFirst.withLock({ first in
                    defer { first = false }; return first
                }) {
                    hung.open()
                    try await Latch().wait()
                }
            }
            try await rig.following {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await controller.run(until: Latch()) }
                    try? await hung.wait()
                    group.cancelAll()
                }
                let before = try await rig.condition("Ready", of: "orders")
                #expect(before == nil)
                let stop = Latch()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await controller.run(until: stop) }
                    await rig.events.wait(for: 1)
                    stop.open()
                }
                let after = try await rig.condition("Ready", of: "orders")
                #expect(after?.status == .true)
            }
        }
    }

    @Test(.rows(330)) func stoppingFinishesWhatIsInHand() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.create("orders")
            let inHand = Latch()
            let goOn = Latch()
            let controller = rig.controller { _ in
                inHand.open()
                try await goOn.wait()
            }
            try await rig.following {
                let stop = Latch()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await controller.run(until: stop) }
                    try? await inHand.wait()
                    stop.open()
                    goOn.open()
                }
                let ready = try await rig.condition("Ready", of: "orders")
                #expect(ready?.status == .true)
            }
        }
    }

    @Test func nothingIsKeptOfADeletedObject() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { widget in
                if widget.text == "bad" { throw Unreachable() }
            } _: { controller in
                try await rig.create("orders", text: "bad")
                await rig.clock.waitForSleeper(until: .milliseconds(5))
                try await rig.delete("orders")
                let letGo: JSON = ["metadata": ["finalizers": []]]
                _ = try await rig.client.merge(Widget.kind, rig.key("orders"), letGo)
                _ = try await eventually { rig.widgets.count == 0 ? true : nil }
                await rig.settled(controller)
                #expect(controller.state.snapshot.waiting == 1)  // the canary alone
            }
        }
    }

    // MARK: Health and metrics

    @Test(.rows(329)) func aCanaryThatNobodyTakesUpShows() async throws {
        let clock = ManualClock()
        let metrics = ControllerMetrics(Metrics(), controller: "widget", workers: 1)
        let state = ControllerState(name: "widget", clock: clock, deadline: .seconds(120), workers: 1, metrics)
        let queue = WorkQueue<ObjectKey, ManualClock>(clock: clock)
        queue.add(.canary)
        state.begin(queue)
        clock.advance(by: .seconds(60))
        #expect(state.problems == [])
        clock.advance(by: .seconds(1))
        #expect(state.problems.contains { $0.contains("canary") })
    }

    @Test(.rows(329)) func aStuckControllerShows() async throws {
        try await ManualRig.run { rig, _ in
            let hold = Latch()
            try await rig.run { _ in
                await hold.waitInAnyCase()
            } _: { controller in
                for name in ["a", "b"] { try await rig.create(name, text: name) }
                await rig.looked.wait(for: 2)  // both workers hang
                #expect(controller.state.problems == [])
                rig.clock.advance(by: .seconds(61))
                #expect(controller.state.problems == [])  // busy, not stuck
                rig.clock.advance(by: .seconds(180))
                let stuck = controller.state.problems
                #expect(stuck.contains { $0.contains("in progress") })
                hold.open()
                await until { controller.state.problems.isEmpty }
                #expect(controller.state.problems == [])
            }
        }
    }

    @Test(.rows(335, 337)) func resultsAreCountedUnderTheirNames() async throws {
        try await ManualRig.run { rig, _ in
            try await rig.run { widget in
                if widget.text == "bad" { throw Unreachable() }
            } _: { controller in
                try await rig.create("good", text: "good")
                await rig.events.wait(for: 1)
                try await rig.create("invalid", size: 0)
                _ = try await eventually { try await rig.condition("ConfigValid", of: "invalid") }
                try await rig.create("bad", text: "bad")
                _ = try await eventually {
                    try await rig.condition("Ready", of: "bad")?.reason == "ReconcileFailed" ? true : nil
                }
                await rig.settled(controller)
                controller.state.collect()
            }
            let text = rig.metrics.text()
            for line in [
                #"controller_runtime_reconcile_errors_total{controller="widget"} 2"#,
                #"controller_runtime_terminal_reconcile_errors_total{controller="widget"} 1"#,
                #"controller_runtime_reconcile_total{controller="widget",result="error"} 2"#,
                #"controller_runtime_reconcile_total{controller="widget",result="requeue"} 0"#,
                #"controller_runtime_max_concurrent_reconciles{controller="widget"} 2.0"#,
                #"controller_runtime_active_workers{controller="widget"} 0.0"#,
                #"controller_runtime_reconcile_panics_total{controller="widget"} 0"#,
                #"workqueue_retries_total{name="widget",controller="widget"} 1"#,
                #"workqueue_depth{name="widget",controller="widget",priority="0"} 0.0"#,
                #"workqueue_unfinished_work_seconds{name="widget",controller="widget"} 0.0"#,
                #"workqueue_longest_running_processor_seconds{name="widget",controller="widget"} 0.0"#,
            ] {
                #expect(text.contains(line + "\n"), "\(line)")
            }
            for name in ["workqueue_adds_total", "workqueue_queue_duration_seconds", "workqueue_work_duration_seconds"]
            {
                #expect(text.contains("\(name)"))
            }
        }
    }
}
