// SPDX-License-Identifier: Apache-2.0

import Foundation
import KubernetesRuntime
import Planning
import Resources
import TestSupport
import Testing

/// The words by which users are told that something has happened: a fixed list, and all of it on their page.
@Suite
struct EventReasonTests {
    static let ofPlans = IcebergConnectEventReason.allCases.map(\.rawValue)
    static let ofTheRuntime = RuntimeEventReason.allCases.map(\.word)
    /// What a reconcile may come to.
    static let failures = FailureReason.allCases.filter { $0.telling != .never }.map(\.word)

    /// The first cells of the table on the page that has this head.
    static func table(_ head: String) throws -> [Substring] {
        let page = Golden.repository.appending(path: "docs/icebergconnect.md")
        let lines = try String(contentsOf: page, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let start = try #require(lines.firstIndex { $0.hasPrefix("| \(head) |") })
        let rows = lines[start...].dropFirst(2).prefix { $0.hasPrefix("|") }
        return rows.compactMap { $0.split(separator: "|").first }
    }

    @Test(.rows(213), arguments: Set(ofPlans + ofTheRuntime).sorted())
    func usersFindEachOnThePage(reason: String) throws {
        #expect(try Self.table("Event").contains { $0.contains("`\(reason)`") })
    }

    @Test(.rows(213)) func thePageNamesNoOthers() throws {
        let named = try Self.table("Event").flatMap { cell in
            cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
        let known = Set(Self.ofPlans + Self.ofTheRuntime)
        #expect(named.filter { !known.contains($0) } == [])
        #expect(named.count == Set(named).count, "each once")
    }

    @Test(.rows(213), arguments: Set(failures).sorted()) func usersFindWhatToDoAboutEachFailure(reason: String) throws {
        #expect(try Self.table("you see").contains { $0.contains("reason") && $0.contains("`\(reason)`") })
    }
}
