// SPDX-License-Identifier: Apache-2.0

/// One family of metrics that is computed at the scrape, from what is there anyway: no instruments to hold, none to
/// forget when a resource goes (row 338).
package struct MetricText: Sendable {
    /// What stands after `# TYPE`.
    package enum Kind: String, Sendable {
        case counter
        case gauge
    }

    private let name: String
    private let head: String
    private var lines = ""

    /// - Parameter help: a sentence.
    package init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        head = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: those with an empty value are left out, which means the same to Prometheus.
    package mutating func add(_ labels: [(name: String, value: String)], _ value: Double) {
        let list = labels.filter { !$0.value.isEmpty }.map { Self.label($0.name, $0.value) }
        lines += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list.joined(separator: ","))} \(value)\n"
    }

    /// Empty if there is no series: a head alone says nothing.
    package var text: String { lines.isEmpty ? "" : head + lines }

    /// `name="value"`
    static func label(_ name: String, _ value: String) -> String {
        let escaped = value.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": #"\\"#
            case "\"": #"\""#
            case "\n": #"\n"#
            default: String(scalar)
            }
        }
        return "\(name)=\"\(escaped.joined())\""
    }
}
