// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd

/// A small server for health, metrics, admission and tests: HTTP/1.1, with or without TLS.
package struct HTTPServer: Sendable {
    /// Where to listen, and the bounds.
    package struct Configuration: Sendable {
        /// 0: any free port; `run` tells which.
        package var port: UInt16 = 0
        package var isLoopback = false
        package var certificate: [UInt8]?
        package var privateKey: [UInt8]?
        /// In bytes. Probes and scrapes have none, and anybody in the cluster can reach them: whoever expects more says
        /// so. A larger one is refused without being read.
        package var largestBody = 4 << 10
        package var connectionLimit = 512
        /// From one address, so that one pod cannot keep the kubelet from its probes; `nil`: all of them.
        package var connectionsOfOnePeer: Int?
        package var idleLimit = Duration.seconds(30)

        package init() {}
    }

    /// The port could not be listened on, or the certificate and its key could not be used.
    package struct StartError: Error, CustomStringConvertible {
        package var port: UInt16

        package var description: String {
            "Listening on port \(port) failed: it may be in use, or the certificate and its key do not match"
        }
    }

    package typealias Handler = @Sendable (ServerRequest) async -> ServerResponse

    private let configuration: Configuration
    private let handler: Handler

    package init(_ configuration: Configuration, handler: @escaping Handler) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Serves until the task is cancelled. Every request is a child of this task, so nothing is left when it returns.
    package func run(onListening: @Sendable (UInt16) -> Void = { _ in }) async throws {
        let (calls, source) = AsyncStream.makeStream(of: Call.self)  // bounded by the connection limit
        let queue = CallQueue(largestBody: configuration.largestBody, calls: source)
        guard let daemon = Daemon(configuration, queue) else { throw StartError(port: configuration.port) }
        onListening(daemon.port)
        await withDiscardingTaskGroup { group in
            for await call in calls { group.addTask { await call.serve(handler) } }
            daemon.stopListening()
            group.cancelAll()
        }
        queue.refuseTheRest()
        await daemon.stop()
    }
}
