// SPDX-License-Identifier: Apache-2.0

/// The body of an answer, piece by piece, with back-pressure: what is not read is not received.
///
/// For one consumer. Dropping it ends the transfer.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    /// Ends the transfer when the last copy of the body is gone.
    fileprivate final class Owner: Sendable {
        let transfer: Transfer

        init(_ transfer: Transfer) { self.transfer = transfer }

        deinit { transfer.cancel() }
    }

    private let owner: Owner

    init(_ transfer: Transfer) { owner = Owner(transfer) }

    /// One consumer.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private let owner: Owner

        fileprivate init(_ owner: Owner) { self.owner = owner }

        package func next() async throws -> [UInt8]? { try await owner.transfer.nextChunk() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(owner) }

    /// All of it, if it is not larger than `limit`.
    package func collect(upTo limit: Int = 64 << 20) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in self {
            guard bytes.count + chunk.count <= limit else {
                throw HTTPError(.bodyTooLarge, "The body is larger than \(limit) bytes")
            }
            bytes += chunk
        }
        return bytes
    }

    /// The body as lines, for streams of one JSON object a line.
    package func lines(upTo limit: Int = 8 << 20) -> HTTPLines { HTTPLines(base: self, limit: limit) }
}
