// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import KubernetesModel
import Planning
import Resources
import TestStorage
import TestSupport
import Testing

@testable import Operator

@Suite(.timeLimit(.minutes(5)))
struct ConnectPollsTests {
    typealias Answer = IcebergConnectObservation.ConnectAnswer

    let clock = ManualClock()

    static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "shop", name: name) }

    static func cluster(_ url: String, readyPods: Int = 3) -> ConnectCluster {
        ConnectCluster(owner: "uid", url: url, readyPods: readyPods)
    }

    // MARK: Real servers

    /// A Connect cluster in this process. Of its addresses one accepts every request and never answers.
    static func connect(_ request: ServerRequest) async -> ServerResponse {
        switch request.path {
        case "/": return ServerResponse(text: #"{"version": "4.1.0", "commit": "1", "kafka_cluster_id": "k"}"#)
        case "/connector-plugins":
            return ServerResponse(text: #"[{"class": "example.Sink", "type": "sink", "version": "1.0"}]"#)
        default:
            try? await Latch().wait()  // until the server ends
            return ServerResponse(503)
        }
    }

    @Test func aClusterThatHangsDoesNotKeepAnotherFromItsAnswer() async throws {
        try await withServer(Self.connect) { host in
            let told = Recorder<ObjectKey>()
            let question = ConnectQuestion(HTTPClient(), deadline: .seconds(3600))
            let polls = ConnectPolls(limit: 2, clock: ContinuousClock(), ask: question.callAsFunction) {
                told.record($0)
            }
            let hanging = Self.cluster("http://\(host)/hangs")
            let well = Self.cluster("http://\(host)")
            polls.want(hanging, for: Self.key("hanging"))
            polls.want(well, for: Self.key("well"))
            _ = await running({ await polls.run() }) { cancel in
                await told.wait(for: 1)
                let plugin = IcebergConnectStatus.Plugin(className: "example.Sink", type: "sink", version: "1.0")
                #expect(polls.answer(of: well, for: Self.key("well")) == .version("4.1.0", plugins: [plugin]))
                #expect(polls.answer(of: hanging, for: Self.key("hanging")) == .notAsked)
                #expect(told.all == [Self.key("well")])
                cancel()
            }
        }
    }

    @Test func aClusterThatHangsIsUnreachableAfterTheDeadline() async throws {
        try await withServer(Self.connect) { host in
            let answer = await ConnectQuestion(HTTPClient(), deadline: .milliseconds(100))("http://\(host)/hangs")
            guard case .unreachable("Unreachable", let message) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(message.contains("no answer within"))
        }
    }

    // MARK: When

    /// Answers as told, and counts.
    struct Scripted: Sendable {
        let asked = Recorder<String>()
        let answer = Locked(Answer.unreachable(reason: "Unreachable", message: "no answer"))

        func callAsFunction(_ url: String) async -> Answer {
            asked.record(url)
            return answer.withLock { $0 }
        }
    }

    @Test func askingGoesOnByItselfAndOnlyNewsIsTold() async {
        let script = Scripted()
        let told = Recorder<ObjectKey>()
        let polls = ConnectPolls(limit: 4, clock: clock, ask: script.callAsFunction) { told.record($0) }
        polls.want(Self.cluster("a"), for: Self.key("a"))
        _ = await running({ await polls.run() }) { cancel in
            for count in 1...4 {
                await script.asked.wait(for: count)
                await until { clock.sleeperCount > 0 }
                if count == 3 { script.answer.withLock { $0 = .version("4.1.0") } }
                clock.advance(by: .seconds(75))
            }
            await told.wait(for: 2)
            #expect(told.all == [Self.key("a"), Self.key("a")])
            #expect(polls.answer(of: Self.cluster("a"), for: Self.key("a")) == .version("4.1.0"))
            cancel()
        }
    }

    @Test(.rows(211)) func aHundredHealthyClustersAskedForTenMinutesAreNoNews() async {
        let script = Scripted()
        script.answer.withLock { $0 = .version("4.1.0", plugins: []) }
        let told = Recorder<ObjectKey>()
        let polls = ConnectPolls(limit: 8, clock: clock, ask: script.callAsFunction) { told.record($0) }
        for number in 1...100 { polls.want(Self.cluster("\(number)"), for: Self.key("\(number)")) }
        _ = await running({ await polls.run() }) { cancel in
            await told.wait(for: 100)
            // Ten minutes are sixteen questions to each at least: after 30 s and up to a quarter more.
            while script.asked.all.count < 1600, !Task.isCancelled {
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
            #expect(told.all.count == 100, "only the first answers, from which nothing follows a second time")
            cancel()
        }
    }

    @Test func moreReadyPodsAreAskedWithoutWaiting() async {
        let script = Scripted()
        let polls = ConnectPolls(limit: 4, clock: clock, ask: script.callAsFunction) { _ in }
        polls.want(Self.cluster("a"), for: Self.key("a"))
        _ = await running({ await polls.run() }) { cancel in
            await script.asked.wait(for: 1)
            polls.want(Self.cluster("a", readyPods: 4), for: Self.key("a"))
            await script.asked.wait(for: 2)
            cancel()
        }
    }

    @Test func noMoreThanTheLimitAreAskedAtOnce() async {
        let asked = Recorder<String>()
        let polls = ConnectPolls(limit: 2, clock: clock) { url in
            asked.record(url)
            try? await Latch().wait()  // until it is cancelled
            return .notAsked
        } changed: { _ in
            Issue.record("nobody has answered")
        }
        for name in ["a", "b", "c"] { polls.want(Self.cluster(name), for: Self.key(name)) }
        _ = await running({ await polls.run() }) { cancel in
            await asked.wait(for: 2)
            for _ in 1...100 { await Task.yield() }
            #expect(asked.all.count == 2)
            cancel()
        }
    }

    @Test func whatIsForgottenIsNotAskedAgain() async {
        let script = Scripted()
        let polls = ConnectPolls(limit: 1, clock: clock, ask: script.callAsFunction) { _ in }
        polls.want(Self.cluster("a"), for: Self.key("a"))
        _ = await running({ await polls.run() }) { cancel in
            await script.asked.wait(for: 1)
            await until { clock.sleeperCount > 0 }
            polls.forget(Self.key("a"))
            clock.advance(by: .seconds(75))
            // With one place, what is asked after it has come after it.
            polls.want(Self.cluster("b"), for: Self.key("b"))
            await script.asked.wait(for: 2)
            #expect(script.asked.all == ["a", "b"])
            cancel()
        }
    }

    @Test func whatIsWantedInATermsLastMomentsDoesNotLiveOn() async {
        let script = Scripted()
        let polls = ConnectPolls(limit: 1, clock: clock, ask: script.callAsFunction) { _ in }
        let work = { @Sendable in
            await polls.run {
                try? await Latch().wait()  // until it is cancelled
                // Whatever else was there has ended by now.
                for _ in 1...1000 { await Task.yield() }
                polls.want(Self.cluster("late"), for: Self.key("a"))
            }
        }
        _ = await running(work) { cancel in cancel() }
        _ = await running({ await polls.run() }) { cancel in
            polls.want(Self.cluster("next"), for: Self.key("b"))
            await script.asked.wait(for: 1)
            cancel()
        }
        #expect(script.asked.all == ["next"])
    }

    @Test func theNextTermKnowsNothingOfTheLast() async {
        let script = Scripted()
        let polls = ConnectPolls(limit: 1, clock: clock, ask: script.callAsFunction) { _ in }
        polls.want(Self.cluster("a"), for: Self.key("a"))
        for count in 1...2 {
            _ = await running({ await polls.run() }) { cancel in
                await script.asked.wait(for: count)
                cancel()
            }
            #expect(polls.answer(of: Self.cluster("a"), for: Self.key("a")) == .notAsked)
            polls.want(Self.cluster("a"), for: Self.key("a"))
        }
    }
}
