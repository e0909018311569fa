// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesRuntime
import Operator
import TestSupport
import Testing

@Suite
struct OperatorSettingsTests {
    func settings(_ environment: [String: String] = [:]) throws(SettingsError) -> OperatorSettings {
        let image = ["KITTIWAKE_IMAGE": "registry.example/operator:1"]
        return try OperatorSettings(environment: image.merging(environment) { $1 }, processIdentity: "host_1")
    }

    @Test func withoutVariablesTheDefaultsCount() throws {
        let settings = try self.settings()
        #expect(settings.namespace == "iceberg-system")
        #expect(settings.identity == "host_1")
        #expect(settings.watchedNamespaces.isEmpty)
        #expect(settings.port == 8080)
        #expect(settings.electsLeader)
        #expect(settings.lease == LeaseTimings())
        #expect(settings.logLevel == .info)
        #expect(settings.logFormat == .json)
        #expect(settings.imageRecheck == .seconds(300))
    }

    @Test(arguments: [("", []), ("shop", ["shop"]), (" b, a ,b,", ["a", "b"])])
    func watchedNamespacesAreOneSeveralOrAll(text: String, namespaces: [String]) throws {
        let settings = try self.settings(["WATCH_NAMESPACE": text])
        #expect(settings.watchedNamespaces == namespaces)
    }

    @Test func registriesHaveEndpoints() throws {
        let text = "localhost:5000=http://registry.tools:5000, registry.shop=https://10.0.0.1/"
        let settings = try self.settings(["REGISTRY_ENDPOINTS": text])
        #expect(settings.registryEndpoints["localhost:5000"] == "http://registry.tools:5000")
        #expect(settings.registryEndpoints["registry.shop"] == "https://10.0.0.1")
    }

    @Test(.rows(99)) func theLeaseHasTimesOfItsOwn() throws {
        let settings = try self.settings([
            "LEASE_DURATION_SECONDS": "30", "LEASE_RENEW_DEADLINE_SECONDS": "20", "LEASE_RETRY_PERIOD_SECONDS": "4",
        ])
        #expect(settings.lease.lease == .seconds(30))
        #expect(settings.lease.renewDeadline == .seconds(20))
        #expect(settings.lease.retryPeriod == .seconds(4))
        #expect(throws: SettingsError.self) { try self.settings(["LEASE_RENEW_DEADLINE_SECONDS": "20"]) }
    }

    @Test func everyProblemIsNamedAtOnce() {
        let environment = [
            "LOG_LEVEL": "loud", "METRICS_PORT": "-1", "REGISTRY_ENDPOINTS": "localhost:5000",
            "LEADER_ELECTION_ENABLED": "perhaps",
        ]
        do throws(SettingsError) {
            _ = try OperatorSettings(environment: environment, processIdentity: "host_1")
            Issue.record("nothing was said")
        } catch {
            #expect(error.problems.count == 5)
            #expect(error.description.contains("LOG_LEVEL must be one of debug, info, warning, error"))
        }
    }
}
