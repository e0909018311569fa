// SPDX-License-Identifier: Apache-2.0

import Foundation
import KubernetesClient
import KubernetesModel
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ClusterAccessSearchTests {
    let home = FileManager.default.temporaryDirectory.appending(path: "kittiwake-\(UUID().uuidString)")

    func config(_ name: String, server: String) throws -> String {
        let path = home.appending(path: name)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        let text = """
            clusters: [{name: c, cluster: {server: "\(server)"}}]
            contexts: [{name: x, context: {cluster: c}}]
            current-context: x
            """
        try Data(text.utf8).write(to: path)
        return path.path
    }

    func server(kubeconfig: String? = nil, context: String? = nil, in environment: [String: String]) async throws
        -> String
    {
        try await ClusterAccess.search(kubeconfig: kubeconfig, context: context) { environment[$0] }.server
    }

    @Test func theFirstPlaceThatIsNamedCounts() async throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let flag = try config("flag", server: "https://flag")
        let listed = try config("listed", server: "https://listed")
        _ = try config(".kube/config", server: "https://home")
        var environment = [
            "KUBECONFIG": "/nonexistent:\(listed)", "KUBERNETES_SERVICE_HOST": "10.0.0.1",
            "KUBERNETES_SERVICE_PORT": "443", "HOME": home.path,
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
