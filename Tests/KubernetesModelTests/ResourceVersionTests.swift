// SPDX-License-Identifier: Apache-2.0

import KubernetesModel
import Testing

@Suite
struct ResourceVersionTests {
    @Test(
        arguments: [
            ("9", "10", true), ("10", "9", false), ("10", "10", false), ("99", "100", true), ("123", "124", true),
            // Longer than 64 bits.
            ("18446744073709551616", "18446744073709551617", true),
            // Not decimal numbers: nothing is known.
            ("a", "b", false), ("", "1", false), ("01", "2", false), ("1.5", "2", false), ("-1", "2", false),
        ]
    )
    func olderIsAskedByLengthAndThenByDigits(version: String, other: String, isOlder: Bool) {
        #expect(ResourceVersion.isOlder(version, than: other) == isOlder)
    }

    @Test func aMissingVersionIsNotOlder() {
        #expect(!ResourceVersion.isOlder(nil, than: "1"))
        #expect(!ResourceVersion.isOlder("1", than: nil))
    }
}
