// SPDX-License-Identifier: Apache-2.0

import KubernetesRuntime
import Testing

@Suite
struct WatchMachineTests {
    /// A machine that has listed version 7 and watches from there.
    func watching() -> WatchMachine {
        var machine = WatchMachine()
        _ = machine.start()
        _ = machine.listed(resourceVersion: "7", continueToken: nil)
        return machine
    }

    @Test func theFirstListTakesAnyCachedStateAndFollowsThePages() {
        var machine = WatchMachine()
        #expect(machine.start() == .list(resourceVersion: "0", continueToken: nil))
        #expect(
            machine.listed(resourceVersion: "7", continueToken: "page2")
                == .list(resourceVersion: "", continueToken: "page2")
        )
        #expect(machine.listed(resourceVersion: "7", continueToken: nil) == .watch(resourceVersion: "7"))
    }

    @Test func aNormalEndResumesFromTheLastBookmarkAtOnce() {
        var machine = watching()
        machine.received(resourceVersion: "90")
        #expect(machine.streamEnded(after: .seconds(400), events: 0) == .watch(resourceVersion: "90"))
    }

    @Test func aStreamThatEndsAtOnceWithNothingBacksOff() {
        var machine = watching()
        #expect(machine.streamEnded(after: .milliseconds(20), events: 0) == .backOff(then: .watch))
        #expect(machine.streamEnded(after: .milliseconds(20), events: 3) == .watch(resourceVersion: "7"))
    }

    @Test func goneListsNoOlderThanSeenAndOnlyThenByQuorum() {
        var machine = watching()
        machine.received(resourceVersion: "8")
        #expect(machine.failed(.expired) == .list(resourceVersion: "8", continueToken: nil))
        #expect(machine.failed(.expired) == .list(resourceVersion: "", continueToken: nil))
        #expect(machine.listed(resourceVersion: "200", continueToken: nil) == .watch(resourceVersion: "200"))
        machine.received(resourceVersion: "201")
        #expect(machine.failed(.expired) == .list(resourceVersion: "201", continueToken: nil))
    }

    @Test func aServerThatKeepsSayingGoneIsNotAskedInAHotLoop() {
        var machine = watching()
        #expect(machine.failed(.expired) == .backOff(then: .list))  // listed a moment ago, and nothing since
        #expect(machine.resume(.list) == .list(resourceVersion: "7", continueToken: nil))
        #expect(machine.failed(.expired) == .list(resourceVersion: "", continueToken: nil))
        #expect(machine.failed(.expired) == .backOff(then: .list))
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
        #expect(machine.resume(.list) == .list(resourceVersion: "0", continueToken: nil))
        #expect(machine.failed(.tooLargeResourceVersion) == .list(resourceVersion: "", continueToken: nil))
    }
}
