// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON

/// What a coordinator process is told by its environment (`original-systems.md` 001.3).
package struct CoordinatorSettings: Sendable {
    package var bootstrapServers: String
    /// The group id that names the job in the control events.
    package var groupID: String
    package var controlTopic: String
    /// Properties of the catalogue, names as the user wrote them. Values may be credentials.
    package var catalogProperties: [String: Secret]
    package var jobID: String
    package var enableTransactions: Bool
    package var transactionTimeout: Duration
    package var port: UInt16
    /// `nil`: this process does not take part in an election and counts as the leader.
    package var election: Election?

    /// Where the lease is, and who we are.
    package struct Election: Equatable, Sendable {
        package var leaseName: String
        package var namespace: String
        package var identity: String

        package init(leaseName: String, namespace: String, identity: String) {
            self.leaseName = leaseName
            self.namespace = namespace
            self.identity = identity
        }
    }

    /// Two families of names are understood, one for each of the original front ends.
    ///
    /// - Parameters:
    ///   - environment: the variables.
    ///   - hostName: the identity where `POD_NAME` is not set.
    /// - Throws: ``SettingsError`` with every problem there is.
    package init(environment: [String: String], hostName: String) throws(SettingsError) {
        var reader = VariableReader(environment)
        bootstrapServers = reader.required("KAFKA_BOOTSTRAP_SERVERS")
        groupID = reader.required("CONNECT_GROUP_ID")
        controlTopic = reader.required("CONTROL_TOPIC")
        catalogProperties = reader.catalogProperties()
        jobID = reader.optional("JOB_ID") ?? groupID
        enableTransactions = reader.bool("KAFKA_ENABLE_TRANSACTIONS", or: "ENABLE_TRANSACTIONS") ?? true
        transactionTimeout =
            reader.number("KAFKA_TRANSACTION_TIMEOUT_MS", in: 1...86_400_000).map { .milliseconds($0) }
            ?? reader.number("TRANSACTION_TIMEOUT_MINUTES", in: 1...1440).map { .seconds($0 * 60) }
            ?? .seconds(900)
        port = UInt16(reader.number("HEALTH_CHECK_PORT", in: 0...65_535) ?? 8080)
        if reader.bool("LEADER_ELECTION_ENABLED") ?? false {
            election = Election(
                leaseName: reader.optional("LEADER_ELECTION_LEASE_NAME") ?? "iceberg-coordinator-leader",
                namespace: reader.optional("KUBERNETES_NAMESPACE") ?? "default",
                identity: reader.optional("POD_NAME") ?? hostName
            )
        }
        if !reader.problems.isEmpty { throw SettingsError(problems: reader.problems) }
    }
}

/// Variables that are missing or cannot be used; all of them at once, so that nobody has to start five times.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence each, with the variable's name and never with a value that may be a secret.
    package var problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { "The environment cannot be used: \(problems.joined(separator: "; "))" }
}

/// Reads variables and gathers what is wrong with them.
private struct VariableReader {
    private let environment: [String: String]
    private(set) var problems: [String] = []

    init(_ environment: [String: String]) { self.environment = environment }

    func optional(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    mutating func required(_ name: String) -> String {
        if let value = optional(name) { return value }
        problems.append("\(name) is required")
        return ""
    }

    mutating func bool(_ name: String, or other: String? = nil) -> Bool? {
        for name in [name, other].compactMap({ $0 }) {
            switch optional(name)?.lowercased() {
            case nil: continue
            case "true": return true
            case "false": return false
            default: problems.append("\(name) is neither true nor false")
            }
        }
        return nil
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = optional(name) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        problems.append("\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// One JSON object in `CATALOG_PROPERTIES`; or `CATALOG_NAME` and a variable for each property, which loses case.
    mutating func catalogProperties() -> [String: Secret] {
        guard let text = optional("CATALOG_PROPERTIES") else {
            _ = required("CATALOG_NAME")
            return Dictionary(uniqueKeysWithValues: environment.compactMap(Self.property))
        }
        do throws(JSONError) {
            let map: StringMap = try JSONDocument(parsing: text.utf8).decode()
            return Dictionary(map.entries.map { ($0.key, Secret($0.value)) }) { first, _ in first }
        } catch {
            // The error names keys and types, never values.
            problems.append("CATALOG_PROPERTIES is not a JSON object of strings (\(error))")
            return [:]
        }
    }

    /// `CATALOG_S3_ACCESS__KEY` is `s3.access-key`: `__` stands for `-`, `_` for a dot.
    private static func property(_ variable: (key: String, value: String)) -> (String, Secret)? {
        guard variable.key.hasPrefix("CATALOG_"), variable.key != "CATALOG_NAME" else { return nil }
        let words = variable.key.dropFirst("CATALOG_".count).lowercased()
        let dashed = words.split(separator: "__", omittingEmptySubsequences: false)
            .map { $0.split(separator: "_", omittingEmptySubsequences: false).joined(separator: ".") }
            .joined(separator: "-")
        return (dashed, Secret(variable.value))
    }
}
