// SPDX-License-Identifier: Apache-2.0

import KubernetesRuntime
import TestSupport
import Testing

@Suite
struct WatchMachineTests {
    let fromTheStart = WatchMachine.Command.list(continueToken: nil, isPaged: true)

    /// A machine that has listed version 7 and watches from there.
    func watching() -> WatchMachine {
        var machine = WatchMachine()
        _ = machine.start()
        _ = machine.listed(resourceVersion: "7", continueToken: nil)
        return machine
    }

    @Test func aListFollowsItsPagesAndThenWatches() {
        var machine = WatchMachine()
        #expect(machine.start() == fromTheStart)
        #expect(
            machine.listed(resourceVersion: "7", continueToken: "page2")
                == .list(continueToken: "page2", isPaged: true)
        )
        #expect(machine.listed(resourceVersion: "7", continueToken: "") == .watch(resourceVersion: "7"))
    }

    @Test func aNormalEndResumesFromTheLastBookmarkAtOnce() {
        var machine = watching()
        machine.received(resourceVersion: "90")
        #expect(machine.streamEnded(after: .seconds(400), events: 0) == .watch(resourceVersion: "90"))
    }

    @Test func aStreamThatEndsAtOnceWithNothingBacksOff() {
        let machine = watching()
        #expect(machine.streamEnded(after: .milliseconds(20), events: 0) == .backOff(then: .watch))
        #expect(machine.streamEnded(after: .milliseconds(20), events: 3) == .watch(resourceVersion: "7"))
    }

    @Test(.rows(190)) func goneAfterProgressListsAtOnce() {
        var machine = watching()
        machine.received(resourceVersion: "8")
        #expect(machine.failed(.expired) == fromTheStart)
        #expect(machine.listed(resourceVersion: "200", continueToken: nil) == .watch(resourceVersion: "200"))
    }

    @Test func aServerThatKeepsSayingGoneIsNotAskedInAHotLoop() {
        var machine = watching()
        #expect(machine.failed(.expired) == .backOff(then: .list))  // listed a moment ago, and nothing since
        #expect(machine.resume(.list) == fromTheStart)
        #expect(machine.failed(.expired) == .backOff(then: .list))
    }

    @Test func anExpiredTokenBeginsAnewAndTheSecondTimeWithoutPages() {
        var machine = WatchMachine()
        _ = machine.start()
        _ = machine.listed(resourceVersion: "7", continueToken: "page2")
        #expect(machine.failed(.expired) == .list(continueToken: nil, isPaged: false))
        #expect(machine.listed(resourceVersion: "9", continueToken: nil) == .watch(resourceVersion: "9"))
        machine.received(resourceVersion: "10")
        #expect(machine.failed(.expired) == fromTheStart)  // a later list is in pages again
    }

    @Test func aRefusedConnectionKeepsThePosition() {
        var machine = watching()
        #expect(machine.failed(.other) == .backOff(then: .watch))
        #expect(machine.resume(.watch) == .watch(resourceVersion: "7"))
    }

    @Test func aListThatFailsIsListedAgain() {
        var machine = WatchMachine()
        _ = machine.start()
        let throttled = machine.failed(.throttled(retryAfter: .seconds(9)))
        #expect(throttled == .backOff(then: .list, atLeast: .seconds(9)))
        #expect(machine.resume(.list) == fromTheStart)
    }

    @Test func whatMayNotBeReadIsListedAnewLater() {
        var machine = watching()
        #expect(machine.failed(.denied) == .backOff(then: .list))
        #expect(machine.resume(.list) == fromTheStart)
        #expect(machine.failed(.denied) == .backOff(then: .list))
    }

    @Test func onlyTheFifthRefusalInARowIsBelieved() {
        var machine = watching()
        _ = machine.failed(.denied)
        for failure in [.denied, .denied, .denied, .denied, .other, .denied] as [WatchMachine.Failure] {
            _ = machine.resume(.list)
            _ = machine.failed(failure)
            #expect(!machine.isDenied)
        }
        for _ in 0..<4 { _ = machine.failed(.denied) }
        #expect(machine.isDenied)
        _ = machine.resume(.list)
        _ = machine.listed(resourceVersion: "9", continueToken: nil)
        #expect(!machine.isDenied)
    }

    @Test func aLineThatCannotBeReadIsNotAskedForAgain() {
        var machine = watching()
        machine.received(resourceVersion: "8")
        #expect(machine.failed(.unreadable) == .backOff(then: .list))
    }
}
