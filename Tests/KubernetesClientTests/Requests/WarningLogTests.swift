// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@testable import KubernetesClient

@Suite
struct WarningLogTests {
    @Test func eachTextIsLoggedOnce() {
        let lines = Recorder<String>()
        let warnings = WarningLog(Log(write: { lines.record(String(decoding: $0, as: UTF8.self)) }))
        for _ in 0..<3 { warnings.note([("warning", #"299 - "v1 X is deprecated""#), ("x", "y")]) }
        warnings.note([("warning", #"299 - "another""#), ("warning", #"110 - "stale""#)])
        #expect(lines.all.count == 2)
        #expect(lines.all.first?.contains(#""warning":"v1 X is deprecated""#) == true)
    }

    @Test func quotationMarksInsideAreKept() {
        #expect(WarningLog.text(of: #"299 - "unknown field \"spec.x\"" "date""#) == #"unknown field "spec.x""#)
        #expect(WarningLog.text(of: "299 -") == nil)
    }
}
