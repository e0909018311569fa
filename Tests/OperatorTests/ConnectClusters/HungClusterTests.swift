// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import HTTPServer
import KubernetesClient
import TestServers
import TestStorage
import TestSupport
import Testing

@testable import Operator

@Suite(.timeLimit(.minutes(5)))
struct HungClusterTests {
    @Test func clustersThatHangDoNotKeepAnotherResourceFromBeingReady() async throws {
        try await withServer(ConnectPollsTests.connect) { host in
            try await withAPIServer { _, access in
                let rig = LeaderRig(client: KubernetesClient(access))
                let question = ConnectQuestion(HTTPClient(), deadline: .seconds(3600))
                let asked = Recorder<String>()
                try await rig.lead { url in
                    asked.record(url)
                    return await question(url.contains("hanging") ? "http://\(host)/hangs" : "http://\(host)")
                } while: {
                    // More of them than the controller has workers.
                    let hanging = (1...6).map { "hanging\($0)" }
                    for name in hanging {
                        try await rig.create(name)
                        try await rig.start(name)
                    }
                    await asked.wait(for: hanging.count)
                    try await rig.create("well")
                    try await rig.start("well")
                    let connect = try await eventually {
                        let status = try await rig.status("well")
                        return status?.phase == .ready ? status?.connect : nil
                    }
                    #expect(connect.version == "4.1.0")
                    #expect(connect.plugins.map(\.className) == ["example.Sink"])
                    for name in hanging { #expect(try await rig.status(name)?.phase == .deploying) }
                }
            }
        }
    }
}
