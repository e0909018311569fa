// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What a coordinator says about itself over HTTP (`original-systems.md` 001.3).
package struct CoordinatorReport: Equatable, Sendable {
    /// Why nothing is committed. The commit protocol is not part of this version, and nobody may take a healthy pod for
    /// a committing one.
    package static let notCommitting = "this version elects a leader but does not commit to Iceberg yet"

    package var jobID: String
    package var port: UInt16
    /// From the start of the election until the process is asked to stop.
    package var isRunning = false
    package var isLeader = false
    /// Who holds the lease, as far as this process knows; `nil`: nobody that it has seen.
    package var leader: String?
    /// Why the lease cannot be read or written; `nil` when the last try worked.
    package var leaseProblem: String?

    package init(jobID: String, port: UInt16) {
        self.jobID = jobID
        self.port = port
    }

    /// A healthy standby is ready too; a process that cannot reach its lease is not, because it could never lead.
    package var isReady: Bool { isRunning && leaseProblem == nil }
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
            writer.field("leaseProblem", leaseProblem)
            writer.field("committing", false)
            writer.field("message", Self.notCommitting)
        }
    }
}
