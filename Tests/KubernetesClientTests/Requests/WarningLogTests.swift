// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import TestSupport
import Testing

@testable import KubernetesClient

@Suite
struct WarningLogTests {
    let lines = Recorder<String>()
    let warnings: WarningLog

    init() {
        warnings = WarningLog(Log(write: { [lines] in lines.record(String(decoding: $0, as: UTF8.self)) }))
    }

    func request(_ name: String?) -> APIRequest { APIRequest(.apply, .deployment, namespace: "shop", name: name) }

    @Test func eachTextIsLoggedOnce() {
        for name in ["a", "b", "c"] {
            warnings.note([("warning", #"299 - "v1 X is deprecated""#), ("x", "y")], to: request(name))
        }
        warnings.note([("warning", #"299 - "another""#), ("warning", #"110 - "stale""#)], to: request("a"))
        #expect(lines.all.count == 2)
        #expect(lines.all.first?.contains(#""warning":"v1 X is deprecated""#) == true)
    }

    @Test(.rows(198)) func theLineNamesWhatTheWarningIsAbout() throws {
        warnings.note([("warning", #"299 - "would violate PodSecurity""#)], to: request("orders-workers"))
        let line: JSON = try JSONDocument(parsing: #require(lines.all.first).utf8).decode()
        #expect(line["namespace"] == "shop")
        #expect(line["name"] == "orders-workers")
        #expect(line["request"] == "Applying Deployment shop/orders-workers")
        // A list has no name.
        warnings.note([("warning", #"299 - "is deprecated""#)], to: APIRequest(.list, .deployment, namespace: nil))
        #expect(lines.all.count == 2)
    }

    @Test func quotationMarksInsideAreKept() {
        #expect(WarningLog.text(of: #"299 - "unknown field \"spec.x\"" "date""#) == #"unknown field "spec.x""#)
        #expect(WarningLog.text(of: "299 -") == nil)
    }
}
