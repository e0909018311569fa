// SPDX-License-Identifier: Apache-2.0

import Foundation
import Planning
import TestSupport
import Testing

@Suite
struct IcebergConnectEventReasonTests {
    @Test(.rows(213), arguments: IcebergConnectEventReason.allCases)
    func usersFindEachOnThePage(reason: IcebergConnectEventReason) throws {
        let page = Golden.repository.appending(path: "docs/icebergconnect.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("| `") && $0.contains("`\(reason.rawValue)`") })
    }
}
