// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc

/// A server that answers its first connection with bytes of the test's choice: for what a decent server does not send.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let connection = Locked<Int32?>(nil)
    private let requests = Locked<[UInt8]>([])

    /// What has come up to now.
    var received: String { requests.withLock { String(decoding: $0, as: UTF8.self) } }

    /// - Parameter pieces: sent after the head of the request, with a pause between them. What follows is not read, and
    ///   nothing is closed.
    init?(answering pieces: String...) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 5) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        guard result else { return nil }
        do {
            try startThread("raw-server") { self.serve(pieces) }
        } catch {
            return nil
        }
    }

    deinit {
        if let connection = connection.withLock({ $0 }) { close(connection) }
        close(listener)
    }

    private func serve(_ pieces: [String]) {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return }
        connection.withLock { $0 = peer }
        var room = [UInt8](repeating: 0, count: 4096)
        while !received.contains("\r\n\r\n") {
            let count = read(peer, &room, room.count)
            if count <= 0 { return }
            requests.withLock { $0 += room[..<count] }
        }
        for piece in pieces {
            _ = Array(piece.utf8).withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
            usleep(100_000)
        }
    }
}

/// A connection to a port of this machine on which nothing is sent.
func connected(to port: UInt16) -> Int32? {
    let peer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    let result = withUnsafePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(peer, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if result == 0 { return peer }
    close(peer)
    return nil
}
