// SPDX-License-Identifier: Apache-2.0

internal import HTTPServer
package import KubernetesModel

/// Runs `body` with a server of its own on a free port of the loopback interface, and ends the server afterwards.
package func withAPIServer<Value: Sendable>(
    _ body: @escaping @Sendable (_ server: APIServer, _ access: ClusterAccess) async throws -> Value
) async throws -> Value {
    var configuration = HTTPServer.Configuration()
    configuration.isLoopback = true
    configuration.largestBody = 8 << 20
    let api = APIServer()
    let server = HTTPServer(configuration) { request in await api.handle(request) }
    let (ports, listening) = AsyncStream.makeStream(of: UInt16.self)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            defer { listening.finish() }
            try await server.run { port in listening.yield(port) }
            return nil
        }
        group.addTask {
            for await port in ports { return try await body(api, ClusterAccess(server: "http://127.0.0.1:\(port)")) }
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next(), let value else { throw CancellationError() }
        return value
    }
}
