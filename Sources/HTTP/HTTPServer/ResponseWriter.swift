// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CMicrohttpd

/// The body of an answer while it is being produced. Waits when the client is slow.
package final class ResponseWriter: Sendable {
    /// The client has gone away.
    package struct Disconnected: Error {}

    private enum End: Sendable {
        case success
        case failure
        case disconnected
    }

    private struct Connection: @unchecked Sendable {
        let raw: OpaquePointer
    }

    private struct State: Sendable {
        var buffer: [UInt8] = []
        var end: End?
        /// Set while the daemon waits for bytes.
        var suspended: Connection?
        var waiter: CheckedContinuation<Void, Never>?

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            defer { waiter = nil }
            return waiter
        }

        mutating func takeSuspended() -> Connection? {
            defer { suspended = nil }
            return suspended
        }
    }

    private static let high = 256 << 10

    private let state = Locked(State())

    /// Adds bytes to the body; waits while the client is slow.
    ///
    /// - Throws: ``Disconnected`` when the client has gone away, `CancellationError` when the server stops.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        let (isDisconnected, connection) = state.withLock { state -> (Bool, Connection?) in
            guard state.end == nil else { return (true, nil) }
            state.buffer += bytes
            return (false, state.takeSuspended())
        }
        if isDisconnected { throw Disconnected() }
        if let connection { MHD_resume_connection(connection.raw) }
        await waitForRoom()
    }

    /// Adds text to the body.
    package func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    private func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.buffer.count < Self.high || state.end != nil || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.takeWaiter() }?.resume()
        }
    }

    func finish(successfully: Bool) {
        let connection = state.withLock { state -> Connection? in
            if state.end == nil { state.end = successfully ? .success : .failure }
            return state.takeSuspended()
        }
        if let connection { MHD_resume_connection(connection.raw) }
    }

    func disconnected() {
        state.withLock { state in
            if state.end == nil { state.end = .disconnected }
            state.suspended = nil
            return state.takeWaiter()
        }?.resume()
    }

    // MARK: The daemon's side

    func makeResponse(for connection: OpaquePointer) -> OpaquePointer? {
        final class Context: Sendable {
            let writer: ResponseWriter
            let connection: Connection

            init(_ writer: ResponseWriter, _ connection: Connection) {
                self.writer = writer
                self.connection = connection
            }
        }
        let context = Unmanaged.passRetained(Context(self, Connection(raw: connection)))
        let response = MHD_create_response_from_callback(
            UInt64.max,  // MHD_SIZE_UNKNOWN: chunked
            64 << 10,
            { context, _, room, count in
                guard let context, let room else { return mhd_end_with_error }
                let reader = Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
                return reader.writer.read(UnsafeMutableRawBufferPointer(start: room, count: count), reader.connection)
            },
            context.toOpaque(),
            { context in
                if let context { Unmanaged<Context>.fromOpaque(context).release() }
            }
        )
        if response == nil { context.release() }  // nobody else will
        return response
    }

    private func read(_ room: UnsafeMutableRawBufferPointer, _ connection: Connection) -> Int {
        let (count, waiter) = state.withLock { state -> (Int, CheckedContinuation<Void, Never>?) in
            if !state.buffer.isEmpty {
                let count = min(room.count, state.buffer.count)
                state.buffer.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                state.buffer.removeFirst(count)
                return (count, state.buffer.count < Self.high ? state.takeWaiter() : nil)
            }
            switch state.end {
            case .success?: return (mhd_end_of_stream, nil)
            case .failure?, .disconnected?: return (mhd_end_with_error, nil)
            case nil:
                // Suspended under the lock: a writer that comes now finds the connection to resume.
                MHD_suspend_connection(connection.raw)
                state.suspended = connection
                return (0, nil)
            }
        }
        waiter?.resume()
        return count
    }
}
