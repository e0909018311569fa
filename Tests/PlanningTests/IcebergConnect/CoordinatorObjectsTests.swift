// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// What stands in the coordinator's pod template, and what stands beside it.
@Suite
struct CoordinatorObjectsTests {
    @Test(.rows(69)) func theCoordinatorsProbesAreHTTP() throws {
        let container = try Scene.ready().container(.coordinator)
        #expect(container["name"] == "job-manager")
        #expect(container["command"] == ["kittiwake", "coordinator"])
        #expect(
            container["livenessProbe"] == [
                "httpGet": ["path": "/health", "port": 8080], "initialDelaySeconds": 30, "periodSeconds": 10,
            ]
        )
        #expect(
            container["readinessProbe"] == [
                "httpGet": ["path": "/ready", "port": 8080], "initialDelaySeconds": 10, "periodSeconds": 5,
            ]
        )
        #expect(container["ports"] == [["name": "http", "containerPort": 8080, "protocol": "TCP"]])
    }

    @Test(.rows(66)) func theCoordinatorsVariablesComeFromItsConfiguration() throws {
        let scene = try Scene.ready { object in
            object["spec"]?["coordinator"]?["job"]?["connectGroup"] = "connect-sink"
        }
        let data = scene.object("ConfigMap default/iceberg-job-manager-config-my-iceberg-job")?["data"]
        #expect(
            data == [
                "control.topic": "iceberg-control", "connect.group.id": "my-job",
                "catalog.properties": #"{"type":"hive","uri":"thrift://hive:9083"}"#,
                "kafka.bootstrap.servers": "kafka:9092", "kafka.security.protocol": "PLAINTEXT",
                "kafka.enable.transactions": "true", "kafka.transaction.timeout.ms": "300000",
                "sink.consumer.group": "connect-sink",
            ]
        )
        let variables = ReferencedSecretsTests.environment(scene)
        for key in data?.keys ?? [] {
            let variable = variables[String(key.uppercased().map { $0 == "." ? "_" : $0 })]
            #expect(variable?["configMapKeyRef"]?["key"].string == key)
        }
        #expect(variables["LEADER_ELECTION_ENABLED"] == "true")
        #expect(variables["LEADER_ELECTION_LEASE_NAME"] == "iceberg-job-manager-my-iceberg-job-leader")
        #expect(variables["HEALTH_CHECK_PORT"] == "8080")
        #expect(variables["POD_NAME"]?["fieldRef"]?["fieldPath"] == "metadata.name")
        #expect(variables["KUBERNETES_NAMESPACE"]?["fieldRef"]?["fieldPath"] == "metadata.namespace")
    }

    @Test func coordinatorsElectByALeaseAndMayTouchNothingElse() throws {
        let scene = try Scene.ready { $0["spec"]?["coordinator"]?["replicas"] = 3 }
        #expect(scene.deployment(of: .coordinator)?["spec"]?["replicas"] == 3)
        let name = "default/iceberg-job-manager-my-iceberg-job"
        #expect(scene.object("Lease \(name)-leader")?["spec"] == nil, "what is in it belongs to the coordinators")
        #expect(
            scene.object("Role \(name)")?["rules"] == [
                [
                    "apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
                    "resourceNames": ["iceberg-job-manager-my-iceberg-job-leader"], "verbs": ["get", "patch"],
                ]
            ]
        )
        #expect(
            scene.object("RoleBinding \(name)")?["subjects"]?.elements.first?["name"].string
                == "iceberg-job-manager-my-iceberg-job"
        )
        #expect(try scene.pod(.coordinator)["serviceAccountName"].string == "iceberg-job-manager-my-iceberg-job")
        #expect(try scene.pod(.worker)["automountServiceAccountToken"] == false)
    }

    @Test func whatHappensToWorkersDoesNotTouchTheCoordinator() throws {
        var scene = try Scene.ready()
        let before = scene.deployment(of: .coordinator)
        try scene.edit {
            $0["spec"]?["worker"]?["replicas"] = 9
            $0["spec"]?["worker"]?["config"] = ["key.converter": "x.Y"]
        }
        scene.settle()
        #expect(scene.deployment(of: .coordinator) == before)
    }
}
