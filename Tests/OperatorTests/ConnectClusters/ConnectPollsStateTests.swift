// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Planning
import Testing

@testable import Operator

@Suite
struct ConnectPollsStateTests {
    let key = ObjectKey(namespace: "shop", name: "orders")
    let cluster = ConnectCluster(owner: "uid", url: "http://orders:8083", readyPods: 3)
    let silence = IcebergConnectObservation.ConnectAnswer.unreachable(reason: "Unreachable", message: "no answer")

    func wanting() -> ConnectPollsState {
        var rules = ConnectPollsState()
        #expect(rules.want(cluster, for: key) == true)
        return rules
    }

    @Test func wantingTheSameTwiceAsksOnce() {
        var rules = wanting()
        #expect(rules.want(cluster, for: key) == false)
        #expect(rules.answer(of: cluster, for: key) == .notAsked)
    }

    @Test func whoeverDoesNotAnswerIsAskedLessAndLess() {
        var rules = wanting()
        let delays = (1...6).compactMap { _ in rules.answered(silence, by: cluster, for: key, jitter: 0)?.delay }
        #expect(delays == [3, 6, 12, 24, 48, 60].map { .seconds($0) })
        #expect(rules.answered(silence, by: cluster, for: key, jitter: 1)?.delay == .seconds(75))
    }

    @Test func anAnswerBeginsFromTheStart() {
        var rules = wanting()
        for _ in 1...6 { _ = rules.answered(silence, by: cluster, for: key, jitter: 0) }
        #expect(rules.answered(.version("4.1.0"), by: cluster, for: key, jitter: 0)?.delay == .seconds(30))
        #expect(rules.answered(silence, by: cluster, for: key, jitter: 0)?.delay == .seconds(3))
    }

    @Test func anotherNumberOfReadyPodsIsAReasonToAskAtOnce() {
        var rules = wanting()
        for _ in 1...6 { _ = rules.answered(silence, by: cluster, for: key, jitter: 0) }
        var more = cluster
        more.readyPods = 4
        #expect(rules.want(more, for: key) == true)
        #expect(rules.answer(of: more, for: key) == silence, "until it is asked")
        // The answer to a question from before says nothing about the pods of now.
        #expect(rules.answered(.version("4.1.0"), by: cluster, for: key, jitter: 0)?.delay == nil)
        #expect(rules.answered(silence, by: more, for: key, jitter: 0)?.delay == .seconds(3))
    }

    @Test func onlyWhatIsNewIsNews() {
        var rules = wanting()
        let answers: [(IcebergConnectObservation.ConnectAnswer, Bool)] = [
            (silence, true), (.unreachable(reason: "Unreachable", message: "other words"), false),
            (.unreachable(reason: "Refused", message: "503"), true), (.version("4.1.0"), true),
            (.version("4.1.0"), false), (.version("4.1.0", plugins: []), true), (.version("4.2.0", plugins: []), true),
        ]
        for (answer, isNews) in answers {
            #expect(rules.answered(answer, by: cluster, for: key, jitter: 0)?.isNews == isNews, "\(answer)")
        }
    }

    @Test func nothingIsKnownOfAnotherCluster() {
        var rules = wanting()
        _ = rules.answered(.version("4.1.0"), by: cluster, for: key, jitter: 0)
        let others = [
            ConnectCluster(owner: "another uid", url: cluster.url, readyPods: 3),
            ConnectCluster(owner: "uid", url: "http://other:8083", readyPods: 3),
        ]
        for other in others {
            #expect(rules.answer(of: other, for: key) == .notAsked)
            #expect(rules.want(other, for: key) == true)
            #expect(rules.answer(of: other, for: key) == .notAsked)
        }
    }

    @Test func whatIsForgottenIsGone() {
        var rules = wanting()
        rules.forget(key)
        #expect(rules.keys.isEmpty)
        #expect(rules.cluster(of: key) == nil)
        #expect(rules.answered(silence, by: cluster, for: key, jitter: 0)?.delay == nil)
    }
}
