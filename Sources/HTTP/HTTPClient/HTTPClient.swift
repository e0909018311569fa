// SPDX-License-Identifier: Apache-2.0

/// Sends requests over libcurl. Dropping the client cancels what is still running.
package final class HTTPClient: Sendable {
    private let engine: Engine

    package init() { engine = Engine.start() }

    deinit { engine.post(.stop) }

    /// Returns when the head of the answer is there. Any status is an answer; only a failed transfer is an error.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        if let problem = request.problem { throw problem }
        let transfer = Transfer(request, engine)
        guard case .stream = request.body else { return try await transfer.response() }
        return try await withThrowingTaskGroup(of: HTTPResponse?.self) { group in
            group.addTask { try await transfer.response() }
            group.addTask {
                await transfer.upload()
                return nil
            }
            defer { group.cancelAll() }
            var response: HTTPResponse?
            while let outcome = try await group.next() {
                guard let arrived = outcome else { continue }
                response = arrived
                // An error before the end of the body: the server wants no more of it, and libcurl sends no more.
                if arrived.status >= 400 { group.cancelAll() }
            }
            guard let response else { throw CancellationError() }
            return response
        }
    }
}
