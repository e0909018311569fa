// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import KubernetesModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ClusterAccessSearchTests {
    let home: TemporaryFolder

    init() throws { home = try TemporaryFolder() }

    func config(_ name: String, server: String) throws -> String {
        try home.write(
            """
            clusters: [{name: c, cluster: {server: "\(server)"}}]
            contexts: [{name: x, context: {cluster: c}}]
            current-context: x
            """,
            to: name
        )
    }

    func server(kubeconfig: String? = nil, context: String? = nil, in environment: [String: String]) async throws
        -> String
    {
        try await ClusterAccess.search(kubeconfig: kubeconfig, context: context) { environment[$0] }.server
    }

    @Test func theFirstPlaceThatIsNamedCounts() async throws {
        let flag = try config("flag", server: "https://flag")
        let listed = try config("listed", server: "https://listed")
        _ = try config(".kube/config", server: "https://home")
        var environment = [
            "KUBECONFIG": "/nonexistent:\(listed)", "KUBERNETES_SERVICE_HOST": "10.0.0.1",
            "KUBERNETES_SERVICE_PORT": "443", "HOME": home.url.path,
        ]
        #expect(try await server(kubeconfig: flag, in: environment) == "https://flag")
        #expect(try await server(in: environment) == "https://listed")
        environment["KUBECONFIG"] = nil
        #expect(try await server(in: environment) == "https://10.0.0.1:443")
        #expect(try await server(context: "x", in: environment) == "https://home")
        environment["KUBERNETES_SERVICE_HOST"] = nil
        #expect(try await server(in: environment) == "https://home")
    }

    @Test(arguments: [["KUBECONFIG": "/nonexistent/a:/nonexistent/b"], ["HOME": "/nonexistent"], [:]])
    func nothingFoundSaysWhereItWasLookedFor(environment: [String: String]) async throws {
        await #expect { try await server(in: environment) } throws: { error in
            let error = error as? KubernetesError
            let place = environment["KUBECONFIG"] == nil ? "kubeconfig" : "/nonexistent/a, /nonexistent/b"
            return error?.code == .configuration && error?.message.contains(place) == true
        }
    }
}
