// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient

/// An object in a store as a source of bytes: any part at any time, and taken up again where a connection broke.
package struct S3Object: ByteSource {
    private let client: S3Client

    package init(_ client: S3Client) { self.client = client }

    package var description: String { client.location.description }

    package func open() async throws -> any OpenBytes {
        OpenObject(client: client, found: try await client.describe())
    }
}

private struct OpenObject: OpenBytes {
    let client: S3Client
    let found: S3Client.Description

    var size: Int64? { found.size }
    var version: String? { found.etag }
    var isRandomAccess: Bool { true }

    func read(_ range: Range<Int64>) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try await copy(range) { bytes += $0 }
        return bytes
    }

    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value {
        let reader = PipeReader(BytePipe(bound: 2))
        let range = range ?? 0..<found.size
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                do {
                    try await copy(range) { try await reader.pipe.put($0) }
                    reader.pipe.finish()
                } catch {
                    reader.stop(error)  // the reader says it; here it would only race with it
                }
                return nil
            }
            group.addTask { try await body(reader) }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let value = outcome { return value }
            }
            throw CancellationError()
        }
    }

    /// Gives the bytes of the range to `sink`, over as many connections as it takes.
    private func copy(_ range: Range<Int64>, to sink: ([UInt8]) async throws -> Void) async throws {
        let limits = client.limits
        let time = limits.reading + .seconds(Int64(range.count) / max(1, limits.assuredSpeed))
        var patience = Patience(time, ContinuousClock())
        var position = range.lowerBound
        var (failures, lastFailure) = (0, range.lowerBound)
        while position < range.upperBound {
            let failure: StorageError
            do {
                let rest = position..<range.upperBound
                let left = patience.left
                let body = try await patience.waiting { try await client.get(rest, of: found, deadline: left) }
                failure = try await drain(body, from: &position, to: range.upperBound, &patience, sink)
                if position == range.upperBound { return }
            } catch is DeadlineExceeded {
                throw slow("the deadline has passed")
            } catch let error as StorageError where error.isWorthRetrying && !error.isSpent {
                failure = error
            }
            if position - lastFailure >= limits.progress { failures = 0 }
            (failures, lastFailure) = (failures + 1, position)
            guard failures < limits.retry.attempts else { throw failure }
            try await limits.retry.wait(after: failures, failure)
        }
    }

    /// Reads one answer to its end.
    ///
    /// - Returns: why it may have ended early. Whether it did, the position tells.
    private func drain(
        _ body: HTTPBody,
        from position: inout Int64,
        to end: Int64,
        _ patience: inout Patience<ContinuousClock>,
        _ sink: ([UInt8]) async throws -> Void
    ) async throws -> StorageError {
        let chunks = body.makeAsyncIterator()
        while position < end {
            let chunk: [UInt8]?
            do {
                chunk = try await patience.waiting { try await chunks.next() }
            } catch let error as HTTPError {
                // Another connection often helps: what is between here and the store has forgotten this one.
                return error.code == .timedOut ? slow("\(error)") : client.unreachable(error, "GET")
            }
            guard let chunk else { break }
            guard chunk.count <= end - position else {
                throw StorageError(.refused, "GET \(client.location): more bytes came than were asked for")
            }
            position += Int64(chunk.count)
            try await sink(chunk)
        }
        return StorageError(.unreachable, "GET \(client.location): the connection ended at byte \(position) of \(end)")
    }

    private func slow(_ what: String) -> StorageError {
        StorageError(
            .tooSlow,
            "GET \(client.location): the store sends too slowly: \(what)",
            advice: "check the store and the network; \(client.limits.slowest.bytes) bytes in "
                + "\(client.limits.slowest.duration) is the minimum"
        )
    }
}
