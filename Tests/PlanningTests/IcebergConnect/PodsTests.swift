// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// What stands in the pod templates. The whole of them is in the golden files; here is what has to hold in any case.
@Suite
struct PodsTests {
    static func ready(_ change: (inout JSON) -> Void = { _ in }) throws -> Scene {
        var scene = try Scene.quickStart(change)
        try scene.becomeReady()
        return scene
    }

    static func pod(_ scene: Scene, _ role: ImageRole) throws -> JSON {
        try #require(scene.deployment(of: role)?[["spec", "template", "spec"]])
    }

    static func container(_ scene: Scene, _ role: ImageRole) throws -> JSON {
        try #require(try pod(scene, role)["containers"]?.elements.first)
    }

    // MARK: Workers

    @Test(.rows(38, 39)) func theWorkersCommandIsTheDocuments() throws {
        let container = try Self.container(Self.ready(), .worker)
        #expect(container["name"] == "connect-worker")
        #expect(container["command"] == ["java"])
        #expect(
            container["args"] == [
                "-Xmx1G", "-Xms1G", "-cp", "/app/libs/*:/app/kafka-libs/*",
                "org.apache.kafka.connect.cli.ConnectDistributed", "/app/config/connect-distributed.properties",
            ]
        )
        #expect(container["env"]?.elements.map { $0["name"].string } == ["POD_IP"])
        #expect(
            container["volumeMounts"]?.elements.first == [
                "name": "connect-config", "mountPath": "/app/config", "readOnly": true,
            ]
        )
    }

    @Test(.rows(39)) func nothingOfAnotherDistributionIsLeft() throws {
        let scene = try Self.ready()
        let text = scene.applied.values.map { String(decoding: $0.body.jsonBytes, as: UTF8.self) }.joined()
        for word in ["CONNECT_BOOTSTRAP", "\"CONNECT_REST", "confluent", "/etc/confluent", "JAVA_OPTS"] {
            #expect(!text.contains(word), "\(word)")
        }
        let variables = try Self.container(scene, .worker)["env"]?.elements.compactMap { $0["name"].string }
        #expect(variables?.contains { $0.hasPrefix("CONNECT_") } == false)
    }

    @Test(.rows(54)) func theUsersOptionsTakeThePlaceOfTheHeap() throws {
        let scene = try Self.ready { $0["spec"]?["worker"]?["jvmOptions"] = ["-Xmx300M", "-Dx=a b\"c"] }
        let arguments = try Self.container(scene, .worker)["args"]?.elements.compactMap(\.string)
        #expect(arguments?.prefix(3) == ["-Xmx300M", "-Dx=a b\"c", "-cp"])
        #expect(arguments?.contains { $0.hasPrefix("-Xms") } == false)
    }

    @Test(.rows(54)) func theHeapFollowsTheLimit() throws {
        let scene = try Self.ready { $0["spec"]?["worker"]?["resources"] = ["limits": ["memory": "4Gi"]] }
        #expect(try Self.container(scene, .worker)["args"]?.elements.prefix(2) == ["-Xmx2G", "-Xms2G"])
    }

    @Test(.rows(55, 68)) func amountsAreTheDefaultsOrTheUsers() throws {
        let scene = try Self.ready { object in
            object["spec"]?["coordinator"]?["resources"] = ["requests": ["cpu": 1], "limits": ["cpu": "2"]]
        }
        #expect(
            try Self.container(scene, .worker)["resources"] == [
                "requests": ["memory": "1Gi", "cpu": "500m"], "limits": ["memory": "2Gi", "cpu": "1000m"],
            ]
        )
        #expect(
            try Self.container(scene, .coordinator)["resources"] == [
                "requests": ["memory": "512Mi", "cpu": "1"], "limits": ["memory": "1Gi", "cpu": "2"],
            ]
        )
    }

    @Test(.rows(56)) func theWorkersProbesAreTheDocuments() throws {
        let container = try Self.container(Self.ready(), .worker)
        #expect(
            container["livenessProbe"] == [
                "httpGet": ["path": "/", "port": 8083], "initialDelaySeconds": 60, "periodSeconds": 30,
                "timeoutSeconds": 10, "failureThreshold": 3,
            ]
        )
        #expect(
            container["readinessProbe"] == [
                "httpGet": ["path": "/", "port": 8083], "initialDelaySeconds": 30, "periodSeconds": 10,
                "timeoutSeconds": 5, "successThreshold": 1, "failureThreshold": 3,
            ]
        )
    }

    @Test func theLivenessProbeWaitsForAWorkerThatStartsSlowly() throws {
        let container = try Self.container(Self.ready(), .worker)
        #expect(
            container["startupProbe"] == [
                "httpGet": ["path": "/", "port": 8083], "periodSeconds": 5, "timeoutSeconds": 5,
                "failureThreshold": 120,
            ]
        )
    }

    @Test(arguments: [(10_000, 5_000, 30), (60_000, 5_000, 80), (1, 1, 16)])
    func aPodHasTimeToStopItsTasks(task: Int64, flush: Int64, seconds: Int) throws {
        let scene = try Self.ready { object in
            object["spec"]?["worker"]?["performance"] = [
                "taskShutdownTimeoutMs": .integer(task), "offsetFlushTimeoutMs": .integer(flush),
            ]
        }
        #expect(try Self.pod(scene, .worker)["terminationGracePeriodSeconds"]?.integer == seconds)
    }

    // MARK: Coordinator

    @Test(.rows(69)) func theCoordinatorsProbesAreHTTP() throws {
        let container = try Self.container(Self.ready(), .coordinator)
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
        let scene = try Self.ready { object in
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
        let variables = SecretsTests.environment(scene)
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
        let scene = try Self.ready { $0["spec"]?["coordinator"]?["replicas"] = 3 }
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
        #expect(try Self.pod(scene, .coordinator)["serviceAccountName"].string == "iceberg-job-manager-my-iceberg-job")
        #expect(try Self.pod(scene, .worker)["automountServiceAccountToken"] == false)
    }

    @Test func whatHappensToWorkersDoesNotTouchTheCoordinator() throws {
        var scene = try Self.ready()
        let before = scene.deployment(of: .coordinator)
        try scene.edit(
            String(
                decoding: Scene.manifest {
                    $0["spec"]?["worker"]?["replicas"] = 9
                    $0["spec"]?["worker"]?["config"] = ["key.converter": "x.Y"]
                },
                as: UTF8.self
            )
        )
        scene.settle()
        #expect(scene.deployment(of: .coordinator) == before)
    }

    // MARK: Both

    @Test(.rows(194), arguments: ImageRole.allCases) func podsAreRestricted(_ role: ImageRole) throws {
        let scene = try Self.ready()
        let pod = try Self.pod(scene, role)
        let podContext = pod["securityContext"]
        #expect(podContext?["runAsNonRoot"] == true)
        #expect(podContext?["runAsUser"] == 65532)
        #expect(podContext?["seccompProfile"]?["type"] == "RuntimeDefault")
        let context = try Self.container(scene, role)["securityContext"]
        #expect(context?["allowPrivilegeEscalation"] == false)
        #expect(context?["readOnlyRootFilesystem"] == true)
        #expect(context?["capabilities"]?["drop"] == ["ALL"])
        for field in ["hostNetwork", "hostPID", "hostIPC"] { #expect(pod[field] == nil) }
        for volume in pod["volumes"]?.elements ?? [] { #expect(volume["hostPath"] == nil) }
    }

    @Test func stepsComeInAnOrderInWhichPodsFindWhatTheyNeed() throws {
        var scene = try Scene(example: "production")
        scene.reconcile()
        try scene.finishTransfers()
        scene.settle()
        let kinds = scene.plan.steps.compactMap { step in
            if case .apply(let intent) = step { ApplyOrder.kinds.firstIndex(of: intent.kind) } else { nil }
        }
        #expect(kinds == kinds.sorted())
        #expect(Set(kinds).count == ApplyOrder.kinds.count)
    }

    @Test(.rows(20)) func longAndIllegalNamesGiveLegalObjects() throws {
        let scene = try Self.ready { object in
            object["metadata"]?["name"] = .string(String(repeating: "long.name-", count: 20) + "x")
            object["spec"]?["worker"]?["clusterName"] = "Größe 1"
        }
        for intent in scene.applied.values {
            #expect(intent.key.name.wholeMatch(of: #/[a-z0-9]([-a-z0-9]*[a-z0-9])?/#) != nil, "\(intent.key)")
            #expect(intent.kind == .lease || intent.key.name.count <= 63)
            let annotations = intent.body["metadata"]?["annotations"]
            #expect(annotations?["kafka.iceberg.apache.org/cluster"] == "Größe 1")
        }
        let selector = scene.deployment(of: .worker)?[["spec", "selector", "matchLabels"]]
        #expect((selector?["cluster"].string?.count ?? 99) <= 63)
    }
}
