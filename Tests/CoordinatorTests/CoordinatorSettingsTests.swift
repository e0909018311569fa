// SPDX-License-Identifier: Apache-2.0

import Basics
import Coordinator
import TestSupport
import Testing

@Suite
struct CoordinatorSettingsTests {
    let generated = [
        "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "CONNECT_GROUP_ID": "my-job", "CONTROL_TOPIC": "iceberg-control",
        "CATALOG_PROPERTIES": #"{"type":"hive","s3.access-key-id":"AKIA","client.Region_x":"Ä"}"#,
        "KAFKA_ENABLE_TRANSACTIONS": "true", "KAFKA_TRANSACTION_TIMEOUT_MS": "300000",
        "LEADER_ELECTION_ENABLED": "true", "LEADER_ELECTION_LEASE_NAME": "iceberg-job-manager-my-job-leader",
        "KUBERNETES_NAMESPACE": "shop", "POD_NAME": "iceberg-job-manager-my-job-7c9-x",
    ]

    @Test func whatTheOperatorWritesIsUnderstood() throws {
        let settings = try CoordinatorSettings(environment: generated, processIdentity: "host_1")
        #expect(settings.bootstrapServers == "kafka:9092")
        #expect(settings.groupID == "my-job")
        #expect(settings.jobID == "my-job")
        #expect(settings.controlTopic == "iceberg-control")
        #expect(settings.enableTransactions)
        #expect(settings.transactionTimeout == .seconds(300))
        #expect(settings.port == 8080)
        #expect(
            settings.election
                == .init(
                    leaseName: "iceberg-job-manager-my-job-leader",
                    namespace: "shop",
                    identity: "iceberg-job-manager-my-job-7c9-x"
                )
        )
    }

    @Test func catalogPropertiesKeepTheirNames() throws {
        let settings = try CoordinatorSettings(environment: generated, processIdentity: "host_1")
        #expect(Set(settings.catalogProperties.keys) == ["type", "s3.access-key-id", "client.Region_x"])
        #expect(settings.catalogProperties["client.Region_x"]?.reveal { $0 } == "Ä")
    }

    @Test func theOtherFamilyOfVariablesIsUnderstood() throws {
        let settings = try CoordinatorSettings(
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "CONNECT_GROUP_ID": "g", "CONTROL_TOPIC": "c",
                "CATALOG_NAME": "iceberg", "CATALOG_TYPE": "rest", "CATALOG_S3_ACCESS__KEY__ID": "AKIA",
                "ENABLE_TRANSACTIONS": "FALSE", "TRANSACTION_TIMEOUT_MINUTES": "15", "JOB_ID": "orders",
                "HEALTH_CHECK_PORT": "9000",
            ],
            processIdentity: "host_1"
        )
        #expect(Set(settings.catalogProperties.keys) == ["type", "s3.access-key-id"])
        #expect(!settings.enableTransactions)
        #expect(settings.transactionTimeout == .seconds(900))
        #expect(settings.jobID == "orders")
        #expect(settings.port == 9000)
        #expect(settings.election == nil)
    }

    @Test func everyProblemIsNamedAtOnceAndNoValueIs() {
        let environment = ["HEALTH_CHECK_PORT": "http", "CATALOG_PROPERTIES": #"{"password":["hunter2"]}"#]
        do throws(SettingsError) {
            _ = try CoordinatorSettings(environment: environment, processIdentity: "host_1")
            Issue.record("nothing was said")
        } catch {
            #expect(error.problems.count == 5)
            for name in ["KAFKA_BOOTSTRAP_SERVERS", "CONNECT_GROUP_ID", "CONTROL_TOPIC", "HEALTH_CHECK_PORT"] {
                #expect(error.description.contains(name))
            }
            #expect(!error.description.contains("hunter2"))
        }
    }

    @Test func theHostNameStandsInForThePodName() throws {
        var environment = generated
        environment["POD_NAME"] = nil
        let settings = try CoordinatorSettings(environment: environment, processIdentity: "host_1")
        #expect(settings.election?.identity == "host_1")
    }
}
