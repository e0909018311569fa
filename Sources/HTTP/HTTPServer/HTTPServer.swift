// SPDX-License-Identifier: Apache-2.0

internal import Basics
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
        let desk = Desk(largestBody: configuration.largestBody, calls: source)
        guard let daemon = Daemon(configuration, desk) else { throw StartError(port: configuration.port) }
        onListening(daemon.port)
        await withDiscardingTaskGroup { group in
            for await call in calls { group.addTask { await call.serve(handler) } }
            daemon.stopListening()
            group.cancelAll()
        }
        desk.refuseTheRest()
        await daemon.stop()
    }
}

/// Where the daemon's thread hands calls over to the server's task.
final class Desk: Sendable {
    let largestBody: Int
    private let calls: AsyncStream<Call>.Continuation
    /// Calls whose connection is suspended. The daemon must not be stopped while there is one.
    private let open = Locked<[ObjectIdentifier: Call]>([:])

    init(largestBody: Int, calls: AsyncStream<Call>.Continuation) {
        self.largestBody = largestBody
        self.calls = calls
    }

    func handOver(_ call: Call) {
        open.withLock { $0[ObjectIdentifier(call)] = call }
        if case .terminated = calls.yield(call) { call.answer(ServerResponse(503)) }
    }

    func close(_ call: Call) { open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(call)) } }

    /// Answers what was handed over but never taken.
    func refuseTheRest() {
        let rest = open.withLock { Array($0.values) }
        for call in rest { call.answer(ServerResponse(503)) }
    }
}
