// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel
internal import TestSupport

/// Runs `body` with a server of its own on a free port of the loopback interface, and ends the server afterwards.
package func withAPIServer<Value: Sendable>(
    _ body: @escaping @Sendable (_ server: APIServer, _ access: ClusterAccess) async throws -> Value
) async throws -> Value {
    let api = APIServer()
    return try await withServer { request in
        await api.handle(request)
    } _: { host in
        // Without a name to be resolved for each connection.
        try await body(api, ClusterAccess(server: "http://\(host.replacing("localhost", with: "127.0.0.1"))"))
    }
}
