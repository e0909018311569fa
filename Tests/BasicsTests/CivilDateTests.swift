// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct CivilDateTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_767_323_045, "2026-01-02T03:04:05Z"), (951_782_399, "2000-02-28T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] as [(Int64, String)]
    )
    func aMomentIsReadAsItIsWritten(seconds: Int64, text: String) {
        #expect(CivilDate(secondsSinceEpoch: seconds).rfc3339 == text)
        #expect(CivilDate(rfc3339: text)?.secondsSinceEpoch == seconds)
    }

    @Test func everyDayOfTwoCenturiesComesBack() {
        for day in stride(from: Int64(-40_000), to: 40_000, by: 1) {
            #expect(CivilDate(secondsSinceEpoch: day * 86_400 + 61).secondsSinceEpoch == day * 86_400 + 61)
        }
    }

    @Test func aFractionIsDropped() {
        #expect(CivilDate(rfc3339: "2026-01-02T03:04:05.678Z")?.secondsSinceEpoch == 1_767_323_045)
    }

    @Test(
        arguments: [
            "", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05+02:00", "2026-13-02T03:04:05Z",
            "2026-01-02T24:04:05Z", "2026-01-02 03:04:05Z", "2026-01-0xT03:04:05Z", "2026-01-02T03:04:05,5Z",
        ]
    )
    func malformedTimesAreRefused(text: String) { #expect(CivilDate(rfc3339: text) == nil) }
}
