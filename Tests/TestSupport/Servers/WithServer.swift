// SPDX-License-Identifier: Apache-2.0

package import HTTPServer

/// Runs `body` against a real server on a free port of the loopback interface, and ends the server afterwards.
///
/// - Parameters:
///   - configure: changes what is set for tests: loopback only, bodies of up to 256 MiB.
///   - body: given the server's host and port: `localhost:40123`.
@discardableResult
package func withServer<Value: Sendable>(
    _ handler: @escaping HTTPServer.Handler,
    configure: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ body: @escaping @Sendable (_ host: String) async throws -> Value
) async throws -> Value {
    var configuration = HTTPServer.Configuration()
    configuration.isLoopback = true
    configuration.largestBody = 256 << 20
    configure(&configuration)
    let server = HTTPServer(configuration, handler: handler)
    let (ports, listening) = AsyncStream.makeStream(of: UInt16.self)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            defer { listening.finish() }
            try await server.run { port in listening.yield(port) }
            return nil
        }
        group.addTask {
            for await port in ports { return try await body("localhost:\(port)") }
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next(), let value else { throw CancellationError() }
        return value
    }
}
