// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Testing

@Suite
struct ReadModelTests {
    func decode<Value: JSONDecodable>(_ text: String) throws -> Value {
        try JSONDocument(parsing: Array(text.utf8)).decode()
    }

    @Test func aDeploymentIsReadWithItsRollout() throws {
        let deployment: Deployment = try decode(
            """
            {"metadata":{"name":"w","namespace":"shop","generation":4},"spec":{"replicas":3,"selector":{"matchLabels":
            {"app":"w"}},"template":{"spec":{"containers":[{"name":"main","image":"r/w@sha256:1"},{"name":"x"}]}}},
            "status":{"observedGeneration":4,"replicas":4,"updatedReplicas":3,"readyReplicas":2,"availableReplicas":2,
            "unavailableReplicas":2,"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":
            "False","reason":"ProgressDeadlineExceeded","message":"stuck"}]}}
            """
        )
        #expect(deployment.replicas == 3)
        #expect(deployment.image == "r/w@sha256:1")
        #expect(deployment.status.readyReplicas == 2)
        #expect(deployment.status.obstacle == "stuck")
    }

    @Test func aDeploymentWhosePodsAreRefusedSaysWhy() throws {
        let deployment: Deployment = try decode(
            """
            {"metadata":{"name":"w"},"spec":{},"status":{"conditions":[{"type":"Progressing","status":"True","reason":
            "ReplicaSetUpdated","message":"progresses"},{"type":"ReplicaFailure","status":"True","reason":
            "FailedCreate","message":"exceeded quota"}]}}
            """
        )
        #expect(deployment.status.obstacle == "exceeded quota")
    }

    @Test func aNewDeploymentHasNoStatusYet() throws {
        let deployment: Deployment = try decode(#"{"metadata":{"name":"w"},"spec":{}}"#)
        #expect(deployment.replicas == 1)
        #expect(deployment.image == nil)
        #expect(deployment.status == Deployment.Status())
    }

    @Test func aSecretsValuesAreDecodedAndDoNotPrint() throws {
        let secret: SecretObject = try decode(
            #"{"metadata":{"name":"s"},"data":{"password":"aHVudGVyMg==","binary":"//79"}}"#
        )
        #expect(secret.keys == ["binary", "password"])
        #expect(secret.text("password")?.reveal { $0 } == "hunter2")
        #expect(secret.text("binary") == nil)
        #expect(secret.bytes("binary") == [0xff, 0xfe, 0xfd])
        #expect(secret.text("missing") == nil)
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("aHVudGVy"))
        #expect(!dumped.contains("hunter2"))
    }

    @Test func metadataIsReadWithoutWhatOnlyMachinesNeed() throws {
        let object: PartialObjectMetadata<Secrets> = try decode(
            """
            {"metadata":{"name":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","a":"b"}}}
            """
        )
        #expect(object.metadata.annotations == ["a": "b"])
    }

    @Test func interningChangesNothing() throws {
        var deployment = Deployment(
            metadata: ObjectMeta(
                name: "w",
                namespace: "a-namespace-with-a-long-name",
                labels: ["app.kubernetes.io/managed-by": "kittiwake"],
                ownerReferences: [OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: "u")]
            ),
            image: "registry.example/kafka-connect@sha256:1"
        )
        let before = deployment
        var interner = Interner()
        deployment.intern(with: &interner)
        #expect(deployment == before)
    }
}
