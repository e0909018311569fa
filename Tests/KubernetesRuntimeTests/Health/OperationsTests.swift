// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPServer
import KubernetesRuntime
import TestSupport
import Testing

@Suite
struct OperationsTests {
    func get(_ path: String, _ operations: Operations) -> ServerResponse? {
        operations.answer(ServerRequest(method: "GET", path: path, query: "", headers: [], body: []))
    }

    func text(_ response: ServerResponse?) -> String? {
        guard case .bytes(let bytes)? = response?.body else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(.rows(329)) func aProbeSaysWhatIsWrong() {
        var operations = Operations(Metrics())
        #expect(get("/healthz", operations)?.status == 200)
        #expect(get("/readyz", operations)?.status == 200)
        operations.liveness = { ["stuck"] }
        operations.readiness = { ["Pod is not listed yet", "Secret is not listed yet"] }
        #expect(get("/healthz", operations)?.status == 503)
        #expect(text(get("/readyz", operations)) == "Pod is not listed yet\nSecret is not listed yet\n")
    }

    @Test func otherPathsAreLeftToOthers() {
        #expect(get("/", Operations(Metrics())) == nil)
    }
}
