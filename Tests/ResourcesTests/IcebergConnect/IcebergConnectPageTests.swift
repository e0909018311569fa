// SPDX-License-Identifier: Apache-2.0

import Foundation
import Resources
import TestSupport
import Testing

/// The page for users says what the code says.
@Suite
struct IcebergConnectPageTests {
    static let page = "docs/icebergconnect.md"

    @Test func theTablesOfFieldsAreTheSchemas() throws {
        var text = try String(decoding: Data(contentsOf: Golden.repository.appending(path: Self.page)), as: UTF8.self)
        text = try Self.replacing("fields of spec", in: text, with: IcebergConnectSchema.spec.table(of: "spec"))
        text = try Self.replacing("fields of status", in: text, with: IcebergConnectSchema.status.table(of: "status"))
        try Golden.expect(text.utf8, inRepository: Self.page)
    }

    @Test func everyConditionAndPhaseIsOnThePage() throws {
        let text = try String(decoding: Data(contentsOf: Golden.repository.appending(path: Self.page)), as: UTF8.self)
        for type in IcebergConnectCondition.allCases { #expect(text.contains("| `\(type.rawValue)` |"), "\(type)") }
        for phase in IcebergConnectStatus.Phase.allCases {
            #expect(text.contains("| `\(phase.rawValue)` |"), "\(phase)")
        }
    }

    /// The part between two marks is made from the code; `REWRITE_GOLDEN=1` writes it.
    private static func replacing(_ mark: String, in text: String, with table: String) throws -> String {
        let begin = try #require(text.firstRange(of: "<!-- \(mark): made from the code -->\n"))
        let end = try #require(text.firstRange(of: "<!-- end of \(mark) -->"))
        return text[..<begin.upperBound] + "\n" + table + "\n" + text[end.lowerBound...]
    }
}
