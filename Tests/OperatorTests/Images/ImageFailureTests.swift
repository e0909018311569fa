// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageTransfer
import ObjectStorage
import TestSupport
import Testing

@Suite
struct ImageFailureTests {
    @Test(.rows(30)) func usersFindEachReasonOnThePage() throws {
        let page = Golden.repository.appending(path: "docs/icebergconnect.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        // A file of the operator's own machine is no source of a resource's image.
        let storage = StorageError.Code.allCases.filter { $0 != .fileUnreadable }.map(\.rawValue)
        for reason in storage + ImageTransferError.Code.allCases.map(\.rawValue) + ["TransferFailed"] {
            #expect(text.contains("`\(reason)`"), "\(reason)")
        }
    }
}
