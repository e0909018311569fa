// SPDX-License-Identifier: Apache-2.0

/// Lines of any length up to a limit, whatever the pieces they arrive in.
package struct HTTPLines: AsyncSequence, Sendable {
    package typealias Element = ArraySlice<UInt8>

    let base: HTTPBody
    let limit: Int

    /// One consumer.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private var chunks: HTTPBody.AsyncIterator
        private var framer: LineFramer
        private var hasEnded = false

        fileprivate init(_ lines: HTTPLines) {
            chunks = lines.base.makeAsyncIterator()
            framer = LineFramer(limit: lines.limit)
        }

        package mutating func next() async throws -> ArraySlice<UInt8>? {
            while true {
                if let line = framer.next() { return line }
                if hasEnded { return framer.rest() }
                if let chunk = try await chunks.next() {
                    try framer.append(chunk)
                } else {
                    hasEnded = true
                }
            }
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

/// Cuts a stream of bytes at line feeds. Pure, so its tests need no server.
package struct LineFramer: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// What lies before it has been searched.
    private var searched = 0

    package init(limit: Int) { self.limit = limit }

    /// Adds bytes to be cut.
    ///
    /// - Throws: ``HTTPError`` with `bodyTooLarge` when a line gets longer than the limit.
    package mutating func append(_ chunk: [UInt8]) throws(HTTPError) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
        }
        buffer += chunk
        guard buffer.count <= limit + chunk.count else {
            throw HTTPError(.bodyTooLarge, "A line is longer than \(limit) bytes")
        }
    }

    /// The next line that is not empty.
    package mutating func next() -> ArraySlice<UInt8>? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[start..<end]
            start = end + 1
            searched = start
            if !line.isEmpty { return line }
        }
        searched = buffer.count
        return nil
    }

    /// What came after the last line feed.
    package mutating func rest() -> ArraySlice<UInt8>? {
        defer { start = buffer.count }
        return start < buffer.count ? buffer[start...] : nil
    }
}
