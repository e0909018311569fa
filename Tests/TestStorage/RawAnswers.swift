// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Glibc

/// A server that answers the head of a request and reads no more of it, as servers do that refuse a body. Every
/// connection gets the same answer, byte for byte, and stays open until ``stop()``.
package final class RawAnswers: Sendable {
    /// Host and port: `127.0.0.1:40123`.
    package let host: String
    private let listener: Int32
    private let answer: [UInt8]
    private let method: String
    private let peers = Locked<[Int32]>([])

    /// - Parameters:
    ///   - answer: head and body; it should ask for the connection to be closed, as nothing else is answered.
    ///   - method: other requests get no answer at all; empty: every request gets one.
    package init(_ answer: String, to method: String = "") throws {
        struct NoSocket: Error {}
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw NoSocket() }
        self.listener = listener
        self.answer = Array(answer.utf8)
        self.method = method
        host = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        try startThread("raw-answers") { self.serve() }
    }

    /// Ends the server and closes what is connected.
    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for peer in peers.withLock({ $0 }) { shutdown(peer, Int32(SHUT_RDWR)) }
    }

    private func serve() {
        while case let peer = accept(listener, nil, nil), peer >= 0 {
            peers.withLock { $0.append(peer) }
            var head: [UInt8] = []
            var byte = UInt8(0)
            // One by one: what follows the head is left where it is.
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), Glibc.read(peer, &byte, 1) == 1 { head.append(byte) }
            guard head.starts(with: method.utf8) else { continue }
            _ = answer.withUnsafeBytes { Glibc.write(peer, $0.baseAddress, $0.count) }
        }
        for peer in peers.withLock({ $0 }) { close(peer) }
        close(listener)
    }
}
