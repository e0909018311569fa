// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import KubernetesClient

@Suite
struct RetryRulesTests {
    func decisions(
        _ code: KubernetesError.Code,
        retryAfter: Duration? = nil,
        isRead: Bool,
        times: Int = 5
    ) -> [RetryRules.Decision] {
        var rules = RetryRules()
        let error = KubernetesError(code, "", retryAfter: retryAfter)
        return (0..<times).map { _ in rules.failed(error, isRead: isRead, jitter: 0) }
    }

    let threeTimes: [RetryRules.Decision] = [
        .wait(.milliseconds(500)), .wait(.seconds(1)), .wait(.seconds(2)), .giveUp, .giveUp,
    ]

    @Test func aReadIsSentAgainAfterAnyFailureOfUnknownOutcome() {
        #expect(decisions(.transport, isRead: true) == threeTimes)
        #expect(decisions(.internal, isRead: true) == threeTimes)
    }

    @Test func aFailedWriteIsNotSentAgain() {
        #expect(decisions(.transport, isRead: false).allSatisfy { $0 == .giveUp })
        #expect(decisions(.internal, isRead: false).allSatisfy { $0 == .giveUp })
    }

    @Test func aServerThatTakesNothingHasDoneNothing() {
        #expect(decisions(.throttled, isRead: false) == threeTimes)
        #expect(decisions(.unavailable, isRead: false) == threeTimes)
    }

    @Test func whatTheServerAsksToWaitIsWaitedTenTimes() {
        let asked = decisions(.throttled, retryAfter: .seconds(2), isRead: false, times: 11)
        #expect(asked == Array(repeating: .wait(.seconds(2)), count: 10) + [.giveUp])
    }

    @Test func aVeryLongWaitIsTheCallersBusiness() {
        #expect(decisions(.throttled, retryAfter: .seconds(31), isRead: true, times: 1) == [.giveUp])
    }

    @Test func credentialsAreRenewedOnce() {
        #expect(decisions(.unauthorized, isRead: false, times: 2) == [.renewCredentials, .giveUp])
    }

    @Test(
        arguments: [
            .notFound, .alreadyExists, .conflict, .invalid, .badRequest, .forbidden, .expired, .unreadable,
            .configuration, .cancelled,
        ] as [KubernetesError.Code]
    )
    func aRefusalIsNotAskedAboutAgain(code: KubernetesError.Code) {
        #expect(decisions(code, retryAfter: .seconds(1), isRead: true, times: 1) == [.giveUp])
    }

    @Test func jitterAddsAtMostAQuarter() {
        var rules = RetryRules()
        let decision = rules.failed(KubernetesError(.internal, ""), isRead: true, jitter: 1)
        #expect(decision == .wait(.milliseconds(625)))
    }
}
