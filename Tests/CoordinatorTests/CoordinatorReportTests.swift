// SPDX-License-Identifier: Apache-2.0

import Coordinator
import HTTPServer
import JSON
import Testing

@Suite
struct CoordinatorReportTests {
    var report: CoordinatorReport {
        var report = CoordinatorReport(jobID: "orders", port: 8080)
        report.isRunning = true
        report.leader = "orders-7c9-x"
        return report
    }

    func answer(_ path: String, _ report: CoordinatorReport, method: String = "GET") -> ServerResponse {
        let request = ServerRequest(method: method, path: path, query: "", headers: [], body: [])
        return report.answer(request, metrics: "up 1\n")
    }

    func text(_ response: ServerResponse) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    @Test func aHealthyStandbyIsReadyAndNamesTheLeader() throws {
        #expect(answer("/ready", report).status == 200)
        #expect(text(answer("/ready", report)) == #"{"readiness":"UP"}"#)
        #expect(text(answer("/health", report)) == #"{"health":"UP"}"#)
        let status: JSON = try JSONDocument(parsing: text(answer("/status", report)).utf8).decode()
        #expect(status["leader"] == "orders-7c9-x")
        #expect(status["isLeader"] == false)
        #expect(status["jobId"] == "orders")
        #expect(status["port"] == 8080)
    }

    @Test func statusSaysPlainlyThatNothingIsCommitted() throws {
        let status: JSON = try JSONDocument(parsing: text(answer("/status", report)).utf8).decode()
        #expect(status["committing"] == false)
        #expect(status["message"] == .string(CoordinatorReport.notCommitting))
    }

    @Test func withoutItsLeaseAProcessIsNotReadyAndSaysWhy() throws {
        var report = report
        report.leaseProblem = "the service account may not update leases"
        #expect(answer("/ready", report).status == 503)
        #expect(answer("/status", report).status == 200)
        #expect(text(answer("/status", report)).contains("may not update leases"))
        #expect(answer("/health", report).status == 200)
    }

    @Test func otherPathsAndMethodsAreRefused() {
        #expect(answer("/", report).status == 404)
        #expect(answer("/status", report, method: "POST").status == 405)
        #expect(text(answer("/metrics", report)) == "up 1\n")
    }
}
