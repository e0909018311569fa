// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Glibc

/// A server that answers the head of a request with bytes of the test's choice and reads no more of it: for what a
/// decent server does not send, and for servers that refuse a body before they have read it. Every connection gets the
/// same answer and stays open until ``stop()``.
package final class RawServer: Sendable {
    /// The loopback interface refused a socket.
    package struct NoSocket: Error {}

    /// Host and port: `127.0.0.1:40123`.
    package let host: String
    private let listener: Int32
    private let pieces: [[UInt8]]
    private let method: String
    private let state = Locked(State())

    /// Descriptors are used and closed in the lock only: the number of one that is closed is soon somebody else's.
    private struct State: Sendable {
        var peers: [Int32] = []
        var isStopped = false
        var isClosed = false
    }

    /// - Parameters:
    ///   - pieces: sent one after the other, with a pause in between. They should ask for the connection to be closed
    ///     where that matters, as nothing else is answered.
    ///   - method: other requests get no answer at all; empty: every request gets one.
    package init(answering pieces: String..., to method: String = "") throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = try withLoopbackAddress { address, length -> UInt16 in
            var length = length
            guard bind(listener, address, length) == 0, listen(listener, 64) == 0,
                getsockname(listener, address, &length) == 0
            else { throw NoSocket() }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
        self.listener = listener
        self.pieces = pieces.map { Array($0.utf8) }
        self.method = method
        host = "127.0.0.1:\(port)"
        try startThread("raw-server") { self.serve() }
    }

    /// Ends the server and closes what is connected.
    package func stop() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isStopped = true
            for socket in [listener] + state.peers { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func serve() {
        while case let peer = accept(listener, nil, nil), peer >= 0 {
            state.withLock { state in
                state.peers.append(peer)
                if state.isStopped { shutdown(peer, Int32(SHUT_RDWR)) }
            }
            var head: [UInt8] = []
            var byte = UInt8(0)
            // One by one: what follows the head is left where it is.
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), read(peer, &byte, 1) == 1 { head.append(byte) }
            guard head.starts(with: method.utf8) else { continue }
            for (number, piece) in pieces.enumerated() {
                if number > 0 { usleep(100_000) }  // so that the peer sees them apart
                _ = piece.withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
            }
        }
        state.withLock { state in
            state.isClosed = true
            for socket in [listener] + state.peers { close(socket) }
        }
    }
}

/// A connection to a port of this machine on which nothing is sent. The caller closes it.
///
/// - Throws: ``RawServer/NoSocket`` if nobody listens there.
package func silentConnection(to port: UInt16) throws -> Int32 {
    let peer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard withLoopbackAddress(port, { connect(peer, $0, $1) }) == 0 else {
        close(peer)
        throw RawServer.NoSocket()
    }
    return peer
}

/// - Parameter port: 0 for one that is free.
private func withLoopbackAddress<Value>(
    _ port: UInt16 = 0,
    _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) throws -> Value
) rethrows -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return try withUnsafeMutablePointer(to: &address) { address in
        try address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
