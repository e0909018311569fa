// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What a coordinator says about itself over HTTP (`original-systems.md` 001.3).
package struct CoordinatorReport: Equatable, Sendable {
    /// Why nothing is committed. The commit protocol is not part of this version, and nobody may take a healthy pod for
    /// a committing one.
    package static let notCommitting = "this version elects a leader but does not commit to Iceberg yet"

    package var jobID: String
    package var port: UInt16
    package var isRunning = false
    package var isLeader = false
    /// Who holds the lease, as far as this process knows; `nil`: nobody that it has seen.
    package var leader: String?

    package init(jobID: String, port: UInt16) {
        self.jobID = jobID
        self.port = port
    }

    /// Running, and a healthy standby is ready too.
    package var isReady: Bool { isRunning }
}

extension CoordinatorReport: JSONEncodable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("health", "UP")
            writer.field("readiness", isReady ? "UP" : "DOWN")
            writer.field("port", Int(port))
            writer.field("running", isRunning)
            writer.field("leader", leader)
            writer.field("isLeader", isLeader)
            writer.field("jobId", jobID)
            writer.field("committing", false)
            writer.field("message", Self.notCommitting)
        }
    }
}
