// SPDX-License-Identifier: Apache-2.0

/// What a Prometheus would read.
struct Scrape: Sendable {
    private let lines: [Substring]

    init(_ text: String) { lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") } }

    /// The sum of the series of this name that have all of these texts among their labels; `nil` if there is none.
    subscript(name: String, labels: [String]) -> Double? {
        let found = lines.filter { line in
            line.prefix { $0 != "{" && $0 != " " } == name && labels.allSatisfy(line.contains)
        }
        guard !found.isEmpty else { return nil }
        return found.reduce(0) { sum, line in
            sum + (line.split(separator: " ").last.flatMap { Double($0) } ?? .nan)
        }
    }
}
