// SPDX-License-Identifier: Apache-2.0

internal import CMicrohttpd
internal import Dispatch
internal import Glibc

/// Owns libmicrohttpd's daemon, and everything its thread reads.
final class Daemon: Sendable {
    /// `@unchecked`: the library locks its daemon itself.
    private struct Handle: @unchecked Sendable {
        let raw: OpaquePointer
        /// The PEM texts, which the library does not copy.
        let texts: [UnsafeMutablePointer<CChar>]
    }

    private let handle: Handle
    private let queue: CallQueue

    init?(_ configuration: HTTPServer.Configuration, _ queue: CallQueue) {
        self.queue = queue
        let certificate = configuration.certificate.flatMap { strdup(String(decoding: $0, as: UTF8.self)) }
        let privateKey = configuration.privateKey.flatMap { strdup(String(decoding: $0, as: UTF8.self)) }
        let texts = [certificate, privateKey].compactMap { $0 }
        var settings = mhd_settings(
            port: configuration.port,
            is_loopback: configuration.isLoopback ? 1 : 0,
            connection_limit: UInt32(configuration.connectionLimit),
            connections_of_one_peer: UInt32(configuration.connectionsOfOnePeer ?? 0),
            idle_seconds: UInt32(configuration.idleLimit / .seconds(1)),
            certificate: certificate,
            private_key: privateKey
        )
        // The daemon is stopped before `queue` can go: see `stop`.
        let context = Unmanaged.passUnretained(queue).toOpaque()
        guard let raw = mhd_start(&settings, context, Self.begin, Self.handle, Self.completed) else {
            for text in texts { free(text) }
            return nil
        }
        handle = Handle(raw: raw, texts: texts)
    }

    var port: UInt16 { mhd_port(handle.raw) }

    /// Closes the port; what is connected goes on.
    func stopListening() {
        let socket = MHD_quiesce_daemon(handle.raw)
        if socket >= 0 { close(socket) }
    }

    /// Joins the daemon's thread. No connection may be suspended then.
    func stop() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                MHD_stop_daemon(handle.raw)
                for text in handle.texts { free(text) }
                continuation.resume()
            }
        }
    }

    // MARK: Callbacks, on the daemon's thread

    /// Comes first and sees the whole target. What it returns travels with the request.
    private static let begin: mhd_begin = { context, target, _ in
        guard let context else { return nil }
        let queue = Unmanaged<CallQueue>.fromOpaque(context).takeUnretainedValue()
        return Unmanaged.passRetained(Call(target: String(cString: target), queue)).toOpaque()
    }

    private static let handle: MHD_AccessHandlerCallback = { _, connection, _, method, _, bytes, count, slot in
        guard let connection, let method, let count, let call = slot?.pointee else { return mhd_no }
        let piece = UnsafeRawBufferPointer(start: bytes, count: count.pointee)
        count.pointee = 0
        return Unmanaged<Call>.fromOpaque(call).takeUnretainedValue().handle(
            connection,
            String(cString: method),
            piece
        )
    }

    private static let completed: MHD_RequestCompletedCallback = { _, _, slot, _ in
        guard let call = slot?.pointee else { return }
        slot?.pointee = nil
        Unmanaged<Call>.fromOpaque(call).takeRetainedValue().completed()
    }
}
