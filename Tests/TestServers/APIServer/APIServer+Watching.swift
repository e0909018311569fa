// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPServer
internal import JSON

/// One open watch.
final class Watcher: Sendable {
    private struct Cut: Error {}

    let route: APIRoute
    let isMetadataOnly: Bool
    /// The lines to come. A test's own stream: nobody else sees to its bound.
    let stream: AsyncStream<[UInt8]>
    let lines: AsyncStream<[UInt8]>.Continuation
    private let isCut = Locked(false)
    /// Changes up to this version have been told.
    private let told: Locked<Int>

    init(_ route: APIRoute, isMetadataOnly: Bool, from version: Int) {
        self.route = route
        self.isMetadataOnly = isMetadataOnly
        told = Locked(version)
        (stream, lines) = AsyncStream.makeStream(of: [UInt8].self)
    }

    func cut() {
        isCut.withLock { $0 = true }
        lines.finish()
    }

    /// Tells what is new to it. An object that leaves the selection is deleted to it.
    ///
    /// - Parameter bookmark: the version up to which these are all changes. It is never told before one of them.
    func tell(_ changes: [ObjectTable.Change], bookmark: Int? = nil) {
        told.withLock { told in
            for change in changes where change.version > told && change.object.collection == route.collection {
                told = change.version
                let isIn = route.selects(change.object) && change.type != "DELETED"
                let wasIn = change.old.map(route.selects) ?? false
                guard isIn || wasIn else { continue }
                line(isIn ? (wasIn ? "MODIFIED" : "ADDED") : "DELETED", change.object)
            }
            guard let bookmark, bookmark >= told else { return }
            let object: JSON = ["kind": "Bookmark", "metadata": ["resourceVersion": .string("\(bookmark)")]]
            send(["type": "BOOKMARK", "object": object])
        }
    }

    func error(_ problem: APIProblem) { send(["type": "ERROR", "object": problem.status]) }

    func write(to writer: ResponseWriter, inPieces: Bool) async throws {
        for await line in stream {
            if inPieces {
                for start in stride(from: 0, to: line.count, by: 7) {
                    try await writer.write(Array(line[start..<min(start + 7, line.count)]))
                }
            } else {
                try await writer.write(line)
            }
        }
        if isCut.withLock({ $0 }) { throw Cut() }
    }

    private func line(_ type: String, _ object: StoredObject) {
        send(["type": .string(type), "object": isMetadataOnly ? object.metadataOnly : object.shown])
    }

    private func send(_ message: JSON) { lines.yield(message.jsonBytes + [UInt8(ascii: "\n")]) }
}

extension APIServer {
    func watch(_ request: ServerRequest, _ route: APIRoute, _ fault: Fault?) -> ServerResponse {
        let from = route.query["resourceVersion"].flatMap(Int.init) ?? 0
        let watcher = Watcher(route, isMetadataOnly: request.wantsMetadataOnly, from: from)
        let (id, changes, oldest) = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = watcher
            return (state.nextWatcher, state.table.changes, state.table.oldest)
        }
        if from < oldest - 1 {
            watcher.error(.expired(from, oldest: oldest - 1))
            watcher.lines.finish()
        } else {
            watcher.tell(changes)
        }
        Self.spoil(watcher, fault)
        let inPieces = if case .pieces? = fault { true } else { false }
        return ServerResponse(
            headers: [("Content-Type", "application/json")],
            body: .stream { [self] writer in
                defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
                // The head goes out with the first bytes; an empty line is none.
                try await writer.write("\n")
                try await watcher.write(to: writer, inPieces: inPieces)
            }
        )
    }

    func tellWatchers() {
        let (watchers, changes) = state.withLock { (Array($0.watchers.values), $0.table.changes) }
        for watcher in watchers { watcher.tell(changes) }
    }

    private static func spoil(_ watcher: Watcher, _ fault: Fault?) {
        switch fault {
        case .closed: watcher.lines.finish()
        case .cutLine:
            watcher.lines.yield(Array(#"{"type":"MODIFIED","object":{"metadata":{"na"#.utf8))
            watcher.cut()
        case .longLine:
            let size = 9 << 20
            watcher.lines.yield(Array(#"{"type":"MODIFIED","object":""#.utf8) + Array(repeating: 0x61, count: size))
        case .garbage: watcher.lines.yield(Array("not json\n{}\n".utf8))
        case .expired:
            watcher.error(.expired(1, oldest: 2))
            watcher.lines.finish()
        case .status, .lostAnswer, .slow, .pieces, .past, nil: break
        }
    }
}
