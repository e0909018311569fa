// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

/// What stands in the workers' pod template. The whole of it is in the golden files; here is what has to hold
/// in any case.
@Suite
struct WorkerObjectsTests {
    @Test(.rows(38, 39)) func theWorkersCommandIsTheDocuments() throws {
        let container = try Scene.ready().container(.worker)
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
        let scene = try Scene.ready()
        let text = scene.applied.values.map { String(decoding: $0.body.jsonBytes, as: UTF8.self) }.joined()
        for word in ["CONNECT_BOOTSTRAP", "\"CONNECT_REST", "confluent", "/etc/confluent", "JAVA_OPTS"] {
            #expect(!text.contains(word), "\(word)")
        }
        let variables = try scene.container(.worker)["env"]?.elements.compactMap { $0["name"].string }
        #expect(variables?.contains { $0.hasPrefix("CONNECT_") } == false)
    }

    @Test(.rows(54)) func theUsersOptionsTakeThePlaceOfTheHeap() throws {
        let scene = try Scene.ready { $0["spec"]?["worker"]?["jvmOptions"] = ["-Xmx300M", "-Dx=a b\"c"] }
        let arguments = try scene.container(.worker)["args"]?.elements.compactMap(\.string)
        #expect(arguments?.prefix(3) == ["-Xmx300M", "-Dx=a b\"c", "-cp"])
        #expect(arguments?.contains { $0.hasPrefix("-Xms") } == false)
    }

    @Test(.rows(54)) func theHeapFollowsTheLimit() throws {
        let scene = try Scene.ready { $0["spec"]?["worker"]?["resources"] = ["limits": ["memory": "4Gi"]] }
        #expect(try scene.container(.worker)["args"]?.elements.prefix(2) == ["-Xmx2G", "-Xms2G"])
    }

    @Test(.rows(56)) func theWorkersProbesAreTheDocuments() throws {
        let container = try Scene.ready().container(.worker)
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
        let container = try Scene.ready().container(.worker)
        #expect(
            container["startupProbe"] == [
                "httpGet": ["path": "/", "port": 8083], "periodSeconds": 5, "timeoutSeconds": 5,
                "failureThreshold": 120,
            ]
        )
    }

    @Test(arguments: [(10_000, 5_000, 30), (60_000, 5_000, 80), (1, 1, 16)])
    func aPodHasTimeToStopItsTasks(task: Int64, flush: Int64, seconds: Int) throws {
        let scene = try Scene.ready { object in
            object["spec"]?["worker"]?["performance"] = [
                "taskShutdownTimeoutMs": .integer(task), "offsetFlushTimeoutMs": .integer(flush),
            ]
        }
        #expect(try scene.pod(.worker)["terminationGracePeriodSeconds"]?.integer == seconds)
    }
}
