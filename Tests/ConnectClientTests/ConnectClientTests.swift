// SPDX-License-Identifier: Apache-2.0

import ConnectClient
import HTTPClient
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ConnectClientTests {
    @Test func aWorkerSaysWhatItIs() async throws {
        let text = #"{"version":"4.1.0","commit":"13f70256db3c994c","kafka_cluster_id":"kittiwakekittiwakebed0"}"#
        try await withServer { _ in
            ServerResponse(text: text)
        } _: { host in
            let worker = try await ConnectClient(HTTPClient(), url: "http://\(host)/").worker()
            #expect(worker == ConnectWorker(version: "4.1.0"))
        }
    }

    @Test func aWorkerSaysWhatItCanRun() async throws {
        let text = """
            [{"class":"org.apache.iceberg.connect.IcebergSinkConnector","type":"sink","version":"1.10.0"},
            {"class":"example.Source","type":"source","version":null}]
            """
        try await withServer { _ in
            ServerResponse(text: text)
        } _: { host in
            let plugins = try await ConnectClient(HTTPClient(), url: "http://\(host)").plugins()
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
        try await withServer { _ in
            ServerResponse(503)
        } _: { host in
            do throws(ConnectError) {
                _ = try await ConnectClient(HTTPClient(), url: "http://\(host)").worker()
                Issue.record("503 is no worker")
            } catch {
                #expect(error.code == .refused(status: 503))
            }
        }
    }

    @Test func somethingElseIsNotTakenForAWorker() async throws {
        try await withServer { _ in
            ServerResponse(text: "<html>")
        } _: { host in
            do throws(ConnectError) {
                _ = try await ConnectClient(HTTPClient(), url: "http://\(host)").worker()
                Issue.record("an HTML page was taken for a worker")
            } catch {
                #expect(error.code == .unreadable)
            }
        }
    }

    @Test func nobodyThereIsUnreachable() async {
        do throws(ConnectError) {
            _ = try await ConnectClient(HTTPClient(), url: "http://127.0.0.1:1", deadline: .seconds(30)).worker()
            Issue.record("nobody listens there")
        } catch {
            #expect(error.code == .unreachable)
            #expect(error.message.contains("http://127.0.0.1:1/"))
        }
    }
}
