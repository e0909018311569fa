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

    /// The Deployment and the ConfigMap are those that the planning's tests compare with the plan, byte by byte.
    @Test(arguments: ["quick-start", "production", "development"])
    func theDeploymentThatTheOperatorPlansIsUnderstood(example: String) throws {
        let pod = try PlannedPod("Tests/PlanningTests/IcebergConnect/Golden/\(example).yaml", named: "coordinator-1")
        let environment = try pod.environment
        let settings = try CoordinatorSettings(environment: environment, processIdentity: "nobody")
        let data = try #require(pod.configuration)
        #expect(data["connect.group.id"] == settings.groupID)
        #expect(data["control.topic"] == settings.controlTopic)
        #expect(data["kafka.bootstrap.servers"] == settings.bootstrapServers)
        #expect(data["kafka.enable.transactions"] == "\(settings.enableTransactions)")
        let timeout = try #require(data["kafka.transaction.timeout.ms"].flatMap { Int64($0) })
        #expect(settings.transactionTimeout == .milliseconds(timeout))
        #expect(settings.catalogProperties["type"]?.reveal { $0 }.isEmpty == false)
        #expect(settings.port == 8080)
        let election = try #require(settings.election)
        #expect(election.leaseName == pod.leaseName)
        #expect(election.namespace == pod.namespace)
        #expect(election.identity == "coordinator-1")
        // A variable that nobody reads is misspelt, but for those of Kafka's client, which commits will need.
        let unread: Set = ["KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_JAAS_CONFIG"]
        #expect(Set(environment.keys).subtracting(generated.keys).subtracting(unread) == ["HEALTH_CHECK_PORT"])
    }

    @Test func everyVariableIsUnderstood() throws {
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

    @Test(.rows(99)) func theLeaseHasTimesOfItsOwn() throws {
        var environment = generated
        environment["LEASE_DURATION_SECONDS"] = "30"
        environment["LEASE_RENEW_DEADLINE_SECONDS"] = "20"
        environment["LEASE_RETRY_PERIOD_SECONDS"] = "4"
        let timings = try CoordinatorSettings(environment: environment, processIdentity: "host_1").election?.timings
        #expect(timings?.lease == .seconds(30))
        #expect(timings?.renewDeadline == .seconds(20))
        #expect(timings?.retryPeriod == .seconds(4))
        environment["LEASE_RETRY_PERIOD_SECONDS"] = "20"
        #expect(throws: SettingsError.self) {
            try CoordinatorSettings(environment: environment, processIdentity: "host_1")
        }
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
