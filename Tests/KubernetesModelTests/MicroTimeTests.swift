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
}
