// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@Suite
struct QuantityTests {
    @Test(
        arguments: [
            ("1Gi", 1 << 30), ("2048Mi", 2 << 30), ("1G", 1_000_000_000), ("1.5Gi", 3 << 29), ("1500m", 1), ("0", 0),
            ("+5", 5), ("1e3", 1000), ("2E6", 2_000_000), (".5Ki", 512), ("1.", 1), ("100n", 0), ("3k", 3000),
            ("7Ei", 7 << 60), ("999999999999999Ei", Int64.max), ("1Ti", 1 << 40), ("4P", 4_000_000_000_000_000),
        ] as [(String, Int64)]
    )
    func aTextIsRead(text: String, whole: Int64) {
        #expect(Quantity(text)?.whole == whole)
    }

    @Test(arguments: [
        "", " ", "-1", "1 Gi", "1gi", "1GB", "Gi", ".", "1..2", "1e", "1e-3", "1e19", "0x10", "1_000", "1Gi ", "١",
        "1234567890123456", "1.1234567890", "e3", "++1", "1K", "NaN",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func unitsAreCompared() throws {
        let ordered = ["100m", "0.5", "500001u", "1", "1k", "1Ki", "1M", "1Mi", "1Gi"].compactMap { Quantity($0) }
        #expect(ordered.count == 9)
        #expect(ordered == ordered.sorted())
        #expect(Quantity("1000m") == Quantity(1))
        #expect(Quantity("0.0000000001") == nil)
        #expect(Quantity("0.5n") == Quantity("1n"))
    }

    @Test(
        .rows(54),
        arguments: [
            ("2Gi", "1G"), ("4Gi", "2G"), ("1Gi", "512M"), ("3Gi", "1536M"), ("1500M", "715M"), ("1M", "2M"),
            ("x", "2M"),
        ]
    )
    func theHeapIsHalfOfTheLimit(limit: String, heap: String) {
        #expect(HeapSize.half(of: limit) == heap)
    }
}
