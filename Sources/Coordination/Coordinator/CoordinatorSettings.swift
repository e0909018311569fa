// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON
package import KubernetesRuntime

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

    /// Where the lease is, who we are, and how it is kept.
    package struct Election: Equatable, Sendable {
        package var leaseName: String
        package var namespace: String
        package var identity: String
        package var timings: LeaseTimings

        package init(
            leaseName: String,
            namespace: String,
            identity: String,
            timings: LeaseTimings = LeaseTimings()
        ) {
            self.leaseName = leaseName
            self.namespace = namespace
            self.identity = identity
            self.timings = timings
        }
    }

    /// Two families of names are understood, one for each of the original front ends.
    ///
    /// - Parameters:
    ///   - environment: the variables.
    ///   - processIdentity: where `POD_NAME` is not set; of this process and no other.
    /// - Throws: ``SettingsError`` with every problem there is.
    package init(environment: [String: String], processIdentity: String) throws(SettingsError) {
        var reader = EnvironmentReader(environment)
        bootstrapServers = reader.required("KAFKA_BOOTSTRAP_SERVERS")
        groupID = reader.required("CONNECT_GROUP_ID")
        controlTopic = reader.required("CONTROL_TOPIC")
        catalogProperties = Self.catalogProperties(&reader, environment)
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
                identity: reader.optional("POD_NAME") ?? processIdentity,
                timings: LeaseTimings(&reader)
            )
        }
        try reader.finish()
    }

    /// One JSON object in `CATALOG_PROPERTIES`; or `CATALOG_NAME` and a variable for each property, which loses case.
    private static func catalogProperties(
        _ reader: inout EnvironmentReader,
        _ environment: [String: String]
    ) -> [String: Secret] {
        guard let text = reader.optional("CATALOG_PROPERTIES") else {
            _ = reader.required("CATALOG_NAME")
            return Dictionary(uniqueKeysWithValues: environment.compactMap(property))
        }
        do throws(JSONError) {
            let map: StringMap = try JSONDocument(parsing: text.utf8).decode()
            return Dictionary(map.entries.map { ($0.key, Secret($0.value)) }) { first, _ in first }
        } catch {
            // The error names keys and types, never values.
            reader.report("CATALOG_PROPERTIES is not a JSON object of strings (\(error))")
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
