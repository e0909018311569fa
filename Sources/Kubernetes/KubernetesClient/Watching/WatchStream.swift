// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient
internal import JSON
package import KubernetesModel

/// The events of a watch, one after the other. For one consumer; what is not read is not received.
package struct WatchStream<Value: Resource>: Sendable {
    /// An object is larger than a read, but not this large.
    private static var longestLine: Int { 8 << 20 }

    private let request: APIRequest
    private var lines: HTTPLines.AsyncIterator

    init(_ request: APIRequest, _ body: HTTPBody) {
        self.request = request
        lines = body.lines(upTo: Self.longestLine).makeAsyncIterator()
    }

    /// The next event; `nil` when the server has ended the stream, which it does every few minutes.
    ///
    /// - Throws: `expired` if the version is too old, `unreadable` for what would come again in the same way (a line
    ///   that is too long or not JSON), `transport` for a broken connection and for silence.
    package mutating func next() async throws(KubernetesError) -> WatchEvent<Value>? {
        guard let line = try await nextLine() else { return nil }
        let message: Message
        do throws(JSONError) {
            message = try JSONDocument(parsing: line).decode()
        } catch {
            // A line at the very end may be cut; that is the connection's fault and not the line's.
            guard try await nextLine() != nil else {
                throw KubernetesError(.transport, "\(request.description): the stream ended in the middle of a line")
            }
            throw KubernetesError(.unreadable, "\(request.description): \(error)")
        }
        switch message {
        case .event(let event): return event
        case .error(let status):
            throw KubernetesError(request, status: status.code ?? 500, status, retryAfter: nil)
        }
    }

    private mutating func nextLine() async throws(KubernetesError) -> ArraySlice<UInt8>? {
        do {
            return try await lines.next()
        } catch {
            throw KubernetesError(request, failedWith: error)
        }
    }

    private enum Message: JSONDecodable {
        case event(WatchEvent<Value>)
        case error(StatusAnswer)

        init(_ json: borrowing JSONView) throws(JSONError) {
            let type: String = try json.value("type")
            switch type {
            case "ADDED", "MODIFIED": self = .event(.changed(try json.value("object")))
            case "DELETED": self = .event(.deleted(try json.value("object")))
            case "BOOKMARK":
                let bookmark: Bookmark = try json.value("object")
                self = .event(.bookmark(resourceVersion: bookmark.resourceVersion))
            case "ERROR": self = .error(try json.value("object"))
            default: throw JSONError("\"\(type.prefix(32))\" is not an event type")
            }
        }
    }

    /// A bookmark's object has a version and nothing else, not even a name.
    private struct Bookmark: JSONDecodable {
        var resourceVersion: String

        init(_ json: borrowing JSONView) throws(JSONError) {
            let metadata: Metadata = try json.value("metadata")
            resourceVersion = metadata.resourceVersion
        }

        private struct Metadata: JSONDecodable {
            var resourceVersion: String

            init(_ json: borrowing JSONView) throws(JSONError) { resourceVersion = try json.value("resourceVersion") }
        }
    }
}
