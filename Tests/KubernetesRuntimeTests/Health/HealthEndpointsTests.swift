// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPServer
import KubernetesRuntime
import TestSupport
import Testing

@Suite
struct HealthEndpointsTests {
    func get(_ path: String, _ endpoints: HealthEndpoints) -> ServerResponse? {
        endpoints.answer(ServerRequest(method: "GET", path: path, query: "", headers: [], body: []))
    }

    func text(_ response: ServerResponse?) -> String? {
        guard case .bytes(let bytes)? = response?.body else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(.rows(329)) func aProbeSaysWhatIsWrong() {
        var endpoints = HealthEndpoints(Metrics())
        #expect(get("/healthz", endpoints)?.status == 200)
        #expect(get("/readyz", endpoints)?.status == 200)
        endpoints.liveness = { ["stuck"] }
        endpoints.readiness = { ["Pod is not listed yet", "Secret is not listed yet"] }
        #expect(get("/healthz", endpoints)?.status == 503)
        #expect(text(get("/readyz", endpoints)) == "Pod is not listed yet\nSecret is not listed yet\n")
    }

    @Test func unknownPathsGetNoAnswer() {
        #expect(get("/", HealthEndpoints(Metrics())) == nil)
    }
}
