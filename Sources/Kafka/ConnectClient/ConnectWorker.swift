// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What a worker says about itself (`GET /`).
package struct ConnectWorker: Equatable, Sendable {
    /// Of Kafka Connect: `4.1.0`.
    package var version: String

    package init(version: String) { self.version = version }
}

extension ConnectWorker: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        // Many services have a version; this one is of Connect.
        let _: String = try json.value("kafka_cluster_id")
        version = try json.value("version")
    }
}
