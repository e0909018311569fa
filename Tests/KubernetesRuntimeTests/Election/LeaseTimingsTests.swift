// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import TestSupport
import Testing

@Suite
struct LeaseTimingsTests {
    func timings(_ environment: [String: String]) throws(SettingsError) -> LeaseTimings {
        var reader = EnvironmentReader(environment)
        let timings = LeaseTimings(&reader)
        try reader.finish()
        return timings
    }

    func environment(_ lease: Int, _ renewDeadline: Int, _ retryPeriod: Int) -> [String: String] {
        [
            "LEASE_DURATION_SECONDS": "\(lease)", "LEASE_RENEW_DEADLINE_SECONDS": "\(renewDeadline)",
            "LEASE_RETRY_PERIOD_SECONDS": "\(retryPeriod)",
        ]
    }

    @Test(.rows(99)) func theTimesAreFifteenTenAndTwoSecondsUnlessSomebodySaysOtherwise() throws {
        let usual = try timings([:])
        #expect(usual == LeaseTimings())
        #expect((usual.lease, usual.renewDeadline, usual.retryPeriod) == (.seconds(15), .seconds(10), .seconds(2)))
        #expect(usual.stoppingMargin == .seconds(5))
        let own = try timings(environment(60, 40, 5))
        #expect((own.lease, own.renewDeadline, own.retryPeriod) == (.seconds(60), .seconds(40), .seconds(5)))
        #expect(own.stoppingMargin == .seconds(20))
    }

    @Test(.rows(99), arguments: [(3, 2, 1), (8, 7, 5), (16, 13, 10), (3600, 1800, 1)])
    func timesThatLeaveRoomForARenewalAndForStoppingAreTaken(lease: Int, renewDeadline: Int, retryPeriod: Int) {
        #expect(throws: Never.self) { try timings(environment(lease, renewDeadline, retryPeriod)) }
    }

    @Test(
        .rows(99),
        arguments: [
            ((10, 10, 2), "LEASE_DURATION_SECONDS (10) must be greater than LEASE_RENEW_DEADLINE_SECONDS (10)"),
            (
                (15, 12, 10),
                "LEASE_RENEW_DEADLINE_SECONDS (12) must be greater than 1.2 times LEASE_RETRY_PERIOD_SECONDS (10)"
            ),
        ]
    )
    func timesWithoutRoomAreRefused(times: (Int, Int, Int), problem: String) {
        #expect(throws: SettingsError(problems: [problem])) {
            try timings(environment(times.0, times.1, times.2))
        }
    }

    @Test func oneTimeAloneHasToFitTheOthers() {
        let problem = "LEASE_DURATION_SECONDS (15) must be greater than LEASE_RENEW_DEADLINE_SECONDS (20)"
        #expect(throws: SettingsError(problems: [problem])) {
            try timings(["LEASE_RENEW_DEADLINE_SECONDS": "20"])
        }
    }

    @Test(arguments: ["0", "-1", "2s", "1.5", "3601"])
    func aTimeIsAWholeNumberOfSecondsOfAtMostAnHour(text: String) {
        let problem = "LEASE_RETRY_PERIOD_SECONDS is not a number from 1 to 3600"
        #expect(throws: SettingsError(problems: [problem])) { try timings(["LEASE_RETRY_PERIOD_SECONDS": text]) }
    }

    /// Rows 101 and 330: a lease is given back right after a candidate has looked.
    @Test(.rows(101), arguments: [0, 0.5, 1]) func noCandidateWaitsLongerThanTheRetryPeriod(jitter: Double) throws {
        for timings in [LeaseTimings(), try timings(environment(60, 40, 5))] {
            let pause = timings.pause(jitter: jitter)
            #expect(pause <= timings.retryPeriod)
            #expect(pause >= timings.retryPeriod * 0.8)
        }
        #expect(LeaseTimings().pause(jitter: 0) != LeaseTimings().pause(jitter: 1), "they do not ask in step")
    }
}
