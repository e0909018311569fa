// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Resources
import TestSupport
import Testing

@Suite
struct IcebergConnectStatusTests {
    @Test func aStatusReadsBackAsItWasWritten() throws {
        let status = IcebergConnectAdmissionTests.status
        #expect(try JSONDocument(parsing: status.jsonBytes).decode(IcebergConnectStatus.self) == status)
        let empty = IcebergConnectStatus()
        #expect(try JSONDocument(parsing: empty.jsonBytes).decode(IcebergConnectStatus.self) == empty)
    }

    @Test(.rows(201, 205, 207)) func aCompleteStatusHasEveryConditionAndKeepsWhatIsKnown() {
        let known = Condition(
            type: "Ready",
            status: .false,
            observedGeneration: 1,
            lastTransitionTime: "2026-01-01T00:00:00Z",
            reason: "Failed",
            message: "no such bucket"
        )
        let more = Condition(type: "Zzz", status: .true, lastTransitionTime: "", reason: "Other", message: "")
        let status = IcebergConnectStatus(phase: .pending, conditions: [known, more])
        let complete = status.complete(generation: 2, at: "2026-01-01T00:00:05Z")
        let types = IcebergConnectCondition.allCases.map(\.rawValue) + ["Zzz"]
        #expect(complete.conditions.map(\.type) == types.sorted())
        #expect(complete.conditions["Ready"] == known)
        #expect(complete.conditions["Zzz"] == more)
        for type in ["Degraded", "ConfigValid", "ClusterReachable", "SecretsResolved"] {
            #expect(complete.conditions[type]?.status == .unknown)
            #expect(complete.conditions[type]?.reason == "NotKnownYet")
            #expect(complete.conditions[type]?.observedGeneration == 2)
        }
        #expect(complete.complete(generation: 3, at: "later") == complete, "so that nothing is written again")
    }

    @Test func everyFieldIsInTheSchema() throws {
        let written = try JSONDocument(parsing: IcebergConnectAdmissionTests.status.jsonBytes).decode(JSON.self)
        #expect(IcebergConnectSchema.status.unknownFields(in: written) == [])
        #expect(IcebergConnectSchema.status.problems(in: written) == [])
    }

    @Test func aPhaseOfAnotherVersionIsNoReasonToFail() throws {
        let status: IcebergConnectStatus = try JSONDocument(parsing: #"{"phase":"Sleeping"}"#.utf8).decode()
        #expect(status == IcebergConnectStatus(phase: .pending))
    }

    @Test(arguments: ["images", "transfers", "workerStatus", "observedGeneration", "message", "phase", "connect"])
    func aFieldThatCannotBeReadTakesNoOtherWithIt(name: String) throws {
        let whole = try JSONDocument(parsing: IcebergConnectAdmissionTests.status.jsonBytes).decode(JSON.self)
        var (broken, without) = (whole, whole)
        broken[name] = ["not", "what", "is", "expected"]
        without[name] = nil
        let read = { (json: JSON) in
            try JSONDocument(parsing: json.jsonBytes).decode(IcebergConnectStatus.self)
        }
        #expect(try read(broken) == read(without))
        #expect(try read(broken).claims == IcebergConnectAdmissionTests.status.claims)
        #expect(try read(broken).conditions == IcebergConnectAdmissionTests.status.conditions)
    }

    @Test func aResourceWithABrokenSpecificationCanBeRead() throws {
        let text = #"{"metadata":{"name":"a"},"spec":{"worker":7},"status":{"phase":"Ready"}}"#
        let resource: IcebergConnect = try JSONDocument(parsing: text.utf8).decode()
        #expect(resource.status?.phase == .ready)
        guard case .failure(let invalid) = resource.spec else {
            Issue.record("the specification was accepted")
            return
        }
        #expect(invalid.problems.contains { $0.field == "spec.worker" })
    }

    @Test func inlineCredentialsDoNotPrint() throws {
        let spec = try Manifest.quickStart(
            .set("s3Config/secretAccessKey", "hunter2"),
            .set("worker/kafka/saslJaasConfig", "hunter2")
        ).read()
        var dumped = ""
        dump(spec, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(spec)".contains("hunter2"))
    }
}
