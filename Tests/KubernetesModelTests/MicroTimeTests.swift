// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Testing

@Suite
struct MicroTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (1_767_322_983_120_000, "2026-01-02T03:03:03.120000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func printsSixFractionalDigits(microseconds: Int64, text: String) {
        #expect(MicroTime(microsecondsSinceEpoch: microseconds).description == text)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (1_767_322_983_120_000, "2026-01-02T03:03:03.12Z"),
            (1_767_322_983_120_000, "2026-01-02T03:03:03.120000999Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"), (-1_000_000, "1969-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func readsWhatTheServerWrites(microseconds: Int64, text: String) {
        #expect(MicroTime(text) == MicroTime(microsecondsSinceEpoch: microseconds))
    }

    @Test(
        arguments: [
            "", "Z", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02T03:04:05+01:00", "2026-13-02T03:04:05Z",
            "2026-01-02T25:04:05Z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.xZ", "2026/01/02T03:04:05Z",
        ]
    )
    func malformedTimesAreRefused(text: String) { #expect(MicroTime(text) == nil) }

    @Test func durationsAreAddedAndTaken() {
        let start = MicroTime(microsecondsSinceEpoch: 5)
        #expect(start.advanced(by: .seconds(2)).microsecondsSinceEpoch == 2_000_005)
        #expect(start.advanced(by: .seconds(2)).duration(to: start) == .seconds(-2))
        #expect(start.inSeconds == "1970-01-01T00:00:00Z")
    }
}
