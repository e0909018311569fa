// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPServer

extension Stage {
    /// Answers probes and scrapes until it is stopped. Ready once it listens.
    package static func http(
        port: UInt16,
        log: Log,
        answer: @escaping @Sendable (ServerRequest) -> ServerResponse
    ) -> Stage {
        var configuration = HTTPServer.Configuration()
        configuration.port = port
        configuration.connectionLimit = 128
        configuration.connectionsOfOnePeer = 32
        let server = HTTPServer(configuration) { request in answer(request) }
        return Stage("http") { ready, stop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await server.run { port in
                        log.info("Started listening", ["port": "\(port)"])
                        ready.open()
                    }
                }
                group.addTask { try await stop.wait() }
                try await group.next()
                group.cancelAll()
            }
        }
    }
}
