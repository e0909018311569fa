// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc
import HTTPClient
import HTTPServer
import TestStorage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPClientTests {
    struct Broken: Error, Equatable {}

    let client = HTTPClient()

    @Test func aRequestArrivesAndIsAnswered() async throws {
        let answer = try await withServerURL { request in
            let text = "\(request.method) \(request.path) \(request.query) \(request.header("x-test") ?? "-")"
            return ServerResponse(201, headers: [("X-Reply", "yes")], body: .bytes(Array(text.utf8) + request.body))
        } _: { [client] url in
            var request = HTTPRequest("PUT", url + "/connectors/or%20ders?expand=status")
            request.headers = [("X-Test", "1")]
            request.body = .bytes(Array(" body".utf8))
            let response = try await client.send(request)
            #expect(response.status == 201)
            #expect(response.header("x-reply") == "yes")
            return String(decoding: try await response.body.collect(), as: UTF8.self)
        }
        #expect(answer == "PUT /connectors/or%20ders expand=status 1 body")
    }

    @Test func manyRequestsRunAtOnce() async throws {
        let count = try await withServerURL { request in
            ServerResponse(text: request.path)
        } _: { [client] url in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let response = try await client.send(HTTPRequest("GET", "\(url)/\(number)"))
                        return try await response.body.collect() == Array("/\(number)".utf8)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(count == 300)
    }

    @Test func aWatchDeliversLinesWhateverThePieces() async throws {
        let lines = try await withServerURL { _ in
            ServerResponse(
                body: .stream { writer in
                    for piece in ["{\"a\":1}\n{\"b\"", ":2}", "\n", "{\"c\":3}\n"] {
                        try await writer.write(piece)
                        await Task.yield()
                    }
                }
            )
        } _: { [client] url in
            var lines: [String] = []
            for try await line in try await client.send(HTTPRequest("GET", url)).body.lines() {
                lines.append(String(decoding: line, as: UTF8.self))
            }
            return lines
        }
        #expect(lines == ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"])
    }

    @Test func aStreamThatIsCutIsAnError() async throws {
        try await withServerURL { _ in
            ServerResponse(
                body: .stream { writer in
                    try await writer.write("{\"a\":1}\n{\"b\"")
                    throw Broken()
                }
            )
        } _: { [client] url in
            await #expect(throws: HTTPError.self) {
                _ = try await client.send(HTTPRequest("GET", url)).body.collect()
            }
        }
    }

    @Test func aWatchEndsWithItsTask() async throws {
        try await withServerURL { _ in
            ServerResponse(
                body: .stream { writer in
                    try await writer.write("first\n")
                    try await Latch().wait()  // for ever
                }
            )
        } _: { [client] url in
            let (arrivals, bell) = AsyncStream.makeStream(of: Void.self)
            let watch = Task {
                for try await _ in try await client.send(HTTPRequest("GET", url)).body.lines() { bell.yield() }
            }
            for await _ in arrivals { break }
            watch.cancel()
            await #expect(throws: CancellationError.self) { try await watch.value }
        }
    }

    @Test func aTaskThatIsAlreadyCancelledSendsNothing() async throws {
        let arrived = Locked(0)
        try await withServerURL { _ in
            arrived.withLock { $0 += 1 }
            return ServerResponse()
        } _: { [client] url in
            for _ in 0..<50 {
                let task = Task { try await client.send(HTTPRequest("GET", url)) }
                task.cancel()
                _ = await task.result  // either it was quick enough or it was cancelled; it must not hang
            }
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.send(HTTPRequest("GET", url + "/never")).status
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func aSlowReaderIsNotFlooded() async throws {
        let produced = Locked(0)
        let total = try await withServerURL { _ in
            ServerResponse(
                body: .stream { writer in
                    for _ in 0..<256 {
                        try await writer.write([UInt8](repeating: 7, count: 64 << 10))
                        produced.withLock { $0 += 64 << 10 }
                    }
                }
            )
        } _: { [client] url in
            var total = 0
            var request = HTTPRequest("GET", url)
            request.limits.total = .seconds(300)  // 16 MiB, on however busy a machine
            for try await chunk in try await client.send(request).body {
                if total == 0 {
                    // Both sides' buffers and the kernel's, but not the 16 MiB there are.
                    #expect(try await atRest { produced.withLock { $0 } } < 12 << 20)
                }
                total += chunk.count
            }
            return total
        }
        #expect(total == 16 << 20)
    }

    @Test func aBodyIsProducedPieceByPiece() async throws {
        let count = try await withServerURL(
            { request in ServerResponse(text: "\(request.body.count)") },
            configure: { $0.largestBody = 64 << 20 }
        ) { [client] url in
            let left = Locked(300)
            var request = HTTPRequest("POST", url)
            request.limits.total = .seconds(300)  // 30 MB, on however busy a machine
            request.body = .stream(length: nil) {
                let goesOn = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                return goesOn ? [UInt8](repeating: 1, count: 100_000) : nil
            }
            return String(decoding: try await client.send(request).body.collect(), as: UTF8.self)
        }
        #expect(count == "30000000")
    }

    @Test func aBodyThatCannotBeProducedIsTheError() async throws {
        try await withServerURL { _ in
            ServerResponse()
        } _: { [client] url in
            var request = HTTPRequest("POST", url)
            request.body = .stream(length: nil) { throw Broken() }
            await #expect(throws: Broken()) { try await client.send(request) }
        }
    }

    @Test func aBodyThatIsTooLargeIsRefused() async throws {
        let status = try await withServerURL(
            { _ in ServerResponse() },
            configure: { $0.largestBody = 1000 }
        ) { [client] url in
            var request = HTTPRequest("POST", url)
            request.body = .bytes([UInt8](repeating: 0, count: 5000))
            return try await client.send(request).status
        }
        #expect(status == 413)
    }

    @Test(arguments: [1 << 30, nil] as [Int64?]) func aBodyThatIsTooLargeIsNotWaitedFor(length: Int64?) async throws {
        let end = Latch()
        try await withServerURL(
            { _ in ServerResponse() },
            configure: { $0.largestBody = HTTPServer.Configuration().largestBody }
        ) { [client] url in
            defer { end.open() }
            var request = HTTPRequest("POST", url)
            let left = Locked(20)
            request.body = .stream(length: length) {
                let goesOn = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                if !goesOn { try await end.wait() }
                return [UInt8](repeating: 1, count: 1000)
            }
            // The connection is closed at once, so that the answer may be lost.
            do {
                #expect(try await client.send(request).status == 413)
            } catch {
                #expect((error as? HTTPError)?.code != .timedOut)
            }
        }
    }

    @Test func onePeerCannotTakeEveryConnection() async throws {
        try await withServerURL(
            { _ in ServerResponse() },
            configure: { $0.connectionsOfOnePeer = 3 }
        ) { [client] url in
            let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
            var sockets: [Int32] = []
            defer { for socket in sockets { close(socket) } }
            for _ in 0..<3 { sockets.append(try silentConnection(to: port)) }
            await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", url)) }
        }
    }

    @Test func aRequestHasADeadline() async throws {
        try await withServerURL { _ in
            try? await Latch().wait()  // ends with the server
            return ServerResponse()
        } _: { [client] url in
            var request = HTTPRequest("GET", url)
            request.limits.total = .milliseconds(100)
            await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .timedOut }
        }
    }

    @Test(arguments: [Duration.microseconds(1), .zero, .seconds(-1)]) func aDeadlineThatIsOverIsNoDeadlineAtAll(
        total: Duration
    ) async throws {
        let server = try RawServer(answering: "")
        defer { server.stop() }
        var request = HTTPRequest("GET", "http://\(server.host)")
        request.limits.total = total
        await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .timedOut }
    }

    @Test func aSilenceHasALimit() async throws {
        let server = try RawServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        defer { server.stop() }
        var request = HTTPRequest("GET", "http://\(server.host)")
        request.limits.total = nil
        request.limits.idle = .milliseconds(100)
        let body = try await client.send(request).body
        await #expect { try await body.collect() } throws: { ($0 as? HTTPError)?.code == .timedOut }
    }

    @Test func anErrorBeforeTheEndOfTheBodyIsReadInFull() async throws {
        let head = "HTTP/1.1 413 Too Large\r\nContent-Length: 14\r\n\r\n"
        let server = try RawServer(answering: head, "much too large")
        defer { server.stop() }
        var request = HTTPRequest("POST", "http://\(server.host)")
        request.body = .stream(length: nil) {
            try await Latch().wait()  // more would come, but not now
            return nil
        }
        let response = try await client.send(request)
        #expect(response.status == 413)
        #expect(try await response.body.collect() == Array("much too large".utf8))
    }

    @Test func aHeadEndsWithTheEmptyLineOnly() async throws {
        let answer =
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nnonsense\r\n"
            + "Last: yes\r\nContent-Length: 0\r\n\r\n"
        let server = try RawServer(answering: answer)
        defer { server.stop() }
        // libcurl may refuse such a head; half of it must not pass for all of it.
        do {
            #expect(try await client.send(HTTPRequest("GET", "http://\(server.host)")).header("last") == "yes")
        } catch {
            #expect((error as? HTTPError)?.code != .timedOut, "refused, not given up: \(error)")
        }
    }

    @Test func aRequestWithoutBodySaysSo() async throws {
        let lengths = try await withServerURL { request in
            ServerResponse(text: request.header("content-length") ?? "-")
        } _: { [client] url in
            var lengths: [String] = []
            for method in ["GET", "DELETE", "POST", "PUT", "PATCH"] {
                let body = try await client.send(HTTPRequest(method, url)).body.collect()
                lengths.append(String(decoding: body, as: UTF8.self))
            }
            return lengths
        }
        #expect(lengths == ["-", "-", "0", "0", "0"])
    }

    @Test(arguments: [
        "file:///etc/hostname", "ftp://localhost/x", "ldap://localhost/x", "gopher://localhost:1/x",
    ])
    func onlyHTTPIsSpoken(url: String) async throws {
        await #expect {
            try await client.send(HTTPRequest("GET", url))
        } throws: { error in
            (error as? HTTPError)?.code == .transfer(1)  // a protocol that is not supported
        }
    }

    @Test func whatWouldBecomeAnotherRequestIsRefused() async throws {
        var requests = [
            HTTPRequest("GET /x HTTP/1.1\r\nX:", "http://localhost"), HTTPRequest("GET", "http://localhost/a b"),
            HTTPRequest("GET", "http://localhost/\u{0}.example"),
        ]
        for header in [("X", "a\r\nY: b"), ("X\r\nY", "b"), ("X: y", "b"), ("", "b"), ("X", "\u{0}")] {
            var request = HTTPRequest("GET", "http://localhost")
            request.headers = [header]
            requests.append(request)
        }
        var untrusting = HTTPRequest("GET", "https://localhost")
        untrusting.tls.authorities = []
        requests.append(untrusting)
        for request in requests {
            await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .invalidRequest }
        }
    }

    @Test func aNameOfAnyLengthCanBeCertified() async throws {
        let name = "connect-webhook." + String(repeating: "n", count: 60) + ".svc"
        let identity = try await SelfSignedCertificate(for: name)
        try await withServerURL(
            { _ in ServerResponse() },
            configure: { configuration in
                configuration.certificate = identity.certificate
                configuration.privateKey = identity.privateKey
            }
        ) { [client] url in
            var request = HTTPRequest("GET", "https://\(name)")
            request.connectTo = String(url.split(separator: "/").last ?? "")
            request.tls.authorities = identity.certificate
            let status = try await client.send(request).status
            #expect(status == 200)
            request.url = "https://other.example"
            await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .transfer(60) }
        }
    }

    @Test func aServerIsTrustedByItsAuthorityOnly() async throws {
        let identity = try await SelfSignedCertificate(for: "localhost")
        try await withServerURL(
            { _ in ServerResponse(text: "over TLS") },
            configure: { configuration in
                configuration.certificate = identity.certificate
                configuration.privateKey = identity.privateKey
            }
        ) { [client] url in
            var request = HTTPRequest("GET", url)
            request.tls.authorities = identity.certificate
            #expect(try await client.send(request).status == 200)
            request.tls.authorities = try await SelfSignedCertificate(for: "localhost").certificate
            await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .transfer(60) }
            request.tls.authorities = nil
            await #expect { try await client.send(request) } throws: { ($0 as? HTTPError)?.code == .transfer(60) }
        }
    }

    @Test func aRefusedConnectionIsAnError() async throws {
        let url = try await withServerURL { _ in
            ServerResponse()
        } _: {
            $0
        }
        await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", url)) }
    }

    @Test func theMessageShowsNoSecret() async throws {
        let url = try await withServerURL { _ in
            ServerResponse()
        } _: {
            $0
        }
        await #expect {
            let url = url.replacing("localhost", with: "user:secret@localhost")
            return try await client.send(HTTPRequest("GET", url + "/key?X-Amz-Signature=secret"))
        } throws: { error in
            "\(error)".contains("localhost") && "\(error)".contains("/key") && !"\(error)".contains("secret")
        }
    }

    @Test func droppingTheClientEndsWhatRuns() async throws {
        try await withServerURL { _ in
            ServerResponse(body: .stream { _ in try await Latch().wait() })
        } _: { url in
            let response = try await HTTPClient().send(HTTPRequest("GET", url))
            await #expect(throws: HTTPError.self) { _ = try await response.body.collect() }
        }
    }
}
