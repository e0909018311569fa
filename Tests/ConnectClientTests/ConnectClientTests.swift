// SPDX-License-Identifier: Apache-2.0

import ConnectClient
import HTTPClient
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectClientTests {
    /// Runs a server that answers everything with `response`, and hands its address to `body`.
    func withWorker(
        _ response: ServerResponse,
        _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        var configuration = HTTPServer.Configuration()
        configuration.isLoopback = true
        let server = HTTPServer(configuration) { _ in response }
        let (ports, source) = AsyncStream.makeStream(of: UInt16.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { source.yield($0) } }
            group.addTask {
                for await port in ports { return try await body("http://127.0.0.1:\(port)") }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    @Test func aWorkerSaysWhatItIs() async throws {
        let text = #"{"version":"4.1.0","commit":"13f70256db3c994c","kafka_cluster_id":"kittiwakekittiwakebed0"}"#
        try await withWorker(ServerResponse(text: text)) { url in
            let worker = try await ConnectClient(HTTPClient(), url: url + "/").worker()
            #expect(worker == ConnectWorker(version: "4.1.0"))
        }
    }

    @Test func aWorkerSaysWhatItCanRun() async throws {
        let text = """
            [{"class":"org.apache.iceberg.connect.IcebergSinkConnector","type":"sink","version":"1.10.0"},
            {"class":"example.Source","type":"source","version":null}]
            """
        try await withWorker(ServerResponse(text: text)) { url in
            let plugins = try await ConnectClient(HTTPClient(), url: url).plugins()
            #expect(
                plugins == [
                    .init(
                        className: "org.apache.iceberg.connect.IcebergSinkConnector",
                        type: "sink",
                        version: "1.10.0"
                    ),
                    .init(className: "example.Source", type: "source"),
                ]
            )
        }
    }

    @Test func aWorkerThatIsStartingIsRefused() async throws {
        try await withWorker(ServerResponse(503)) { url in
            do throws(ConnectError) {
                _ = try await ConnectClient(HTTPClient(), url: url).worker()
                Issue.record("503 is no worker")
            } catch {
                #expect(error.code == .refused(status: 503))
            }
        }
    }

    @Test func somethingElseIsNotTakenForAWorker() async throws {
        try await withWorker(ServerResponse(text: "<html>")) { url in
            do throws(ConnectError) {
                _ = try await ConnectClient(HTTPClient(), url: url).worker()
                Issue.record("an HTML page was taken for a worker")
            } catch {
                #expect(error.code == .unreadable)
            }
        }
    }

    @Test func nobodyThereIsUnreachable() async {
        do throws(ConnectError) {
            _ = try await ConnectClient(HTTPClient(), url: "http://127.0.0.1:1", deadline: .seconds(5)).worker()
            Issue.record("nobody listens there")
        } catch {
            #expect(error.code == .unreachable)
            #expect(error.message.contains("http://127.0.0.1:1/"))
        }
    }
}
