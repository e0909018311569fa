// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import Planning
import Resources
import TestSupport
import Testing

@Suite
struct IcebergConnectPreviewTests {
    static func objects(_ change: (inout JSON) -> Void = { _ in }) throws -> [JSON] {
        var resource = try Scene.quickStart(change).resource
        resource.metadata.uid = nil
        return IcebergConnectPreview.objects(of: resource, operatorImage: "operator:1", now: "2026-01-01T00:00:00Z")
    }

    @Test func everythingThatAResourceLeadsToIsShown() throws {
        let kinds = try Self.objects().compactMap { $0["kind"].string }
        #expect(
            kinds == [
                "Secret", "ConfigMap", "ConfigMap", "Service", "Service", "Service", "Lease", "ServiceAccount", "Role",
                "RoleBinding", "Deployment", "Deployment",
            ]
        )
    }

    @Test func noCredentialIsShown() throws {
        let objects = try Self.objects { object in
            ReferencedSecretsTests.change(&object)
            object["spec"]?["s3Config"] = [
                "region": "r", "bucket": "b", "accessKeyId": "hunter2", "secretAccessKey": "hunter2",
            ]
            object["spec"]?["coordinator"]?["job"]?["catalogProperties"]?["token"] = "hunter2"
            object["spec"]?["coordinator"]?["job"]?["catalogSecret"] = ["name": "catalog"]
        }
        let text = objects.map { String(decoding: $0.jsonBytes, as: UTF8.self) }.joined()
        #expect(!text.contains("hunter2") && !text.contains(Base64.encode(Array("hunter2".utf8))))
        #expect(objects.filter { $0["kind"] == "Secret" }.count == 3)
    }

    @Test func whatIsInNoClusterOwnsNothing() throws {
        for object in try Self.objects({ $0["spec"]?["worker"]?["namespace"] = "elsewhere" }) {
            #expect(object["metadata"]?["ownerReferences"] == nil)
            #expect(object["metadata"]?["labels"]?[OwnerLabel.uid] == nil)
        }
    }

    @Test func aWrongSpecificationLeadsToNothing() throws {
        #expect(try Self.objects { $0["spec"]?["images"] = nil }.isEmpty)
    }
}
