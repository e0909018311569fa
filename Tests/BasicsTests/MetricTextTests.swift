// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct MetricTextTests {
    @Test func computedSeriesAreEscapedAndComeWithTheirHead() {
        var family = MetricText("kittiwake_x", .gauge, "Help.")
        #expect(family.text.isEmpty)
        family.add([("kind", "A\"B\\C\n"), ("namespace", "")], 2)
        #expect(
            family.text
                == "# HELP kittiwake_x Help.\n# TYPE kittiwake_x gauge\nkittiwake_x{kind=\"A\\\"B\\\\C\\n\"} 2.0\n"
        )
    }
}
