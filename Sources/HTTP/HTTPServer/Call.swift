// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CMicrohttpd

/// One request on its way through the server: collected on the daemon's thread, answered in a task, sent on the
/// daemon's thread again. In between its connection is suspended and costs no thread.
final class Call: Sendable {
    /// `@unchecked`: resuming is allowed from any thread, and nothing else is done with it outside the daemon's.
    private struct Connection: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private enum Phase: Sendable {
        /// The head has not been seen.
        case new
        case collecting
        case suspended(Connection)
        case answered(ServerResponse)
        case sent
    }

    private enum Step {
        case nothing
        case handOver
        case send(ServerResponse)
    }

    private struct State: Sendable {
        var request: ServerRequest
        var phase = Phase.new
    }

    private let queue: CallQueue
    private let state: Locked<State>
    private let writer = ResponseWriter()

    init(target: String, _ queue: CallQueue) {
        self.queue = queue
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        state = Locked(
            State(
                request: ServerRequest(
                    method: "",
                    path: String(parts[0]),
                    query: parts.count > 1 ? String(parts[1]) : "",
                    headers: [],
                    body: []
                )
            )
        )
    }

    // MARK: The task's side

    func serve(_ handler: HTTPServer.Handler) async {
        let request = state.withLock { $0.request }
        let response = await handler(request)
        answer(response)
        guard case .stream(let write) = response.body else { return }
        do {
            try await write(writer)
            writer.finish(successfully: true)
        } catch {
            writer.finish(successfully: false)
        }
    }

    func answer(_ response: ServerResponse) {
        let connection = state.withLock { state -> Connection? in
            guard case .suspended(let connection) = state.phase else { return nil }
            state.phase = .answered(response)
            return connection
        }
        guard let connection else { return }
        queue.close(self)
        MHD_resume_connection(connection.raw)
    }

    // MARK: The daemon's side

    /// Called when the head is there, for each piece of the body, at its end, and after the connection was resumed.
    func handle(_ connection: OpaquePointer, _ method: String, _ bytes: UnsafeRawBufferPointer) -> MHD_Result {
        // The library closes the connection when it is told no: what comes too much is not even read.
        if !bytes.isEmpty { return collect(bytes) ? mhd_yes : mhd_no }
        switch state.withLock({ next(&$0, connection, method) }) {
        case .nothing: return mhd_yes
        case .handOver:
            // Suspended before anybody can answer: a resume that came first would be lost.
            MHD_suspend_connection(connection)
            queue.handOver(self)
            return mhd_yes
        case .send(let response): return send(response, on: connection)
        }
    }

    private func next(_ state: inout State, _ connection: OpaquePointer, _ method: String) -> Step {
        switch state.phase {
        case .new:
            state.request.method = method
            state.request.headers = headers(of: connection)
            let length = state.request.header("content-length").flatMap { Int($0) } ?? 0
            guard length <= queue.largestBody else {
                // Answered before its body, which is not read then: the library closes the connection.
                state.phase = .sent
                return .send(ServerResponse(413))
            }
            state.phase = .collecting
            return .nothing
        case .collecting:
            state.phase = .suspended(Connection(raw: connection))
            return .handOver
        case .answered(let response):
            state.phase = .sent
            return .send(response)
        case .suspended, .sent: return .nothing
        }
    }

    /// The connection is gone or the answer is out.
    func completed() { writer.disconnected() }

    /// `false` if it is too much.
    private func collect(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let limit = queue.largestBody
        return state.withLock { state in
            guard state.request.body.count + bytes.count <= limit else { return false }
            state.request.body.append(contentsOf: bytes)
            return true
        }
    }

    private func headers(of connection: OpaquePointer) -> [(name: String, value: String)] {
        final class Collected {
            var headers: [(name: String, value: String)] = []
        }
        let collected = Collected()
        MHD_get_connection_values(
            connection,
            mhd_header_kind,
            { context, _, name, value in
                guard let context, let name else { return mhd_yes }
                Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue().headers.append(
                    (String(cString: name).lowercased(), value.map { String(cString: $0) } ?? "")
                )
                return mhd_yes
            },
            Unmanaged.passUnretained(collected).toOpaque()
        )
        return collected.headers
    }

    private func send(_ response: ServerResponse, on connection: OpaquePointer) -> MHD_Result {
        let raw: OpaquePointer? =
            switch response.body {
            case .bytes(let bytes):
                bytes.withUnsafeBytes { bytes in
                    MHD_create_response_from_buffer(
                        bytes.count,
                        UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                        mhd_copy
                    )
                }
            case .stream: writer.makeResponse(for: connection)
            }
        guard let raw else { return mhd_no }
        defer { MHD_destroy_response(raw) }
        for (name, value) in response.headers { MHD_add_response_header(raw, name, value) }
        return MHD_queue_response(connection, UInt32(response.status), raw)
    }
}
