// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import KubernetesClient
import KubernetesModel
import TestServers
import TestSupport
import Testing

/// Credentials that change while the program runs.
@Suite(.timeLimit(.minutes(5)))
struct CredentialsTests {
    /// A clock that moves when told to, as ``KubernetesClient/Settings`` wants it.
    final class Time: Sendable {
        private let instant = Locked(ContinuousClock.now)

        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
    }

    let time = Time()
    let folder: TemporaryFolder
    let key = ObjectKey(namespace: nil, name: "default")

    init() throws { folder = try TemporaryFolder() }

    func client(_ access: ClusterAccess) -> KubernetesClient {
        var settings = KubernetesClient.Settings(log: Log(level: .error))
        settings.now = { [time] in time.now }
        settings.sleep = { _ in }
        return KubernetesClient(access, settings)
    }

    func rotating(_ body: @escaping @Sendable (APIServer, KubernetesClient) async throws -> Void) async throws {
        let path = try folder.write("first\n", to: "token")
        try await withAPIServer { server, access in
            var access = access
            access.token = .file(path)
            server.accept(tokens: ["first"])
            try await body(server, client(access))
        }
    }

    @Test func aRefusedTokenIsReadOnceMoreAndTheRequestSentAgain() async throws {
        try await rotating { server, client in
            _ = try await client.get(PartialObjectMetadata<Namespaces>.self, key)
            try folder.write("second", to: "token")
            server.accept(tokens: ["second"])
            server.forgetRequests()
            #expect(try await client.get(PartialObjectMetadata<Namespaces>.self, key) != nil)
            #expect(server.requests.count == 2)

            server.accept(tokens: ["third"])
            await #expect { try await client.get(PartialObjectMetadata<Namespaces>.self, key) } throws: {
                ($0 as? KubernetesError)?.code == .unauthorized
            }
        }
    }

    @Test func anOldTokenIsReadAnewBeforeItRunsOut() async throws {
        try await rotating { server, client in
            _ = try await client.get(PartialObjectMetadata<Namespaces>.self, key)
            try folder.write("second", to: "token")
            server.accept(tokens: ["second"])
            server.forgetRequests()
            time.advance(by: .seconds(50))
            #expect(try await client.get(PartialObjectMetadata<Namespaces>.self, key) != nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test func aFileThatCannotBeReadJustNowKeepsItsLastContent() async throws {
        try await rotating { _, client in
            _ = try await client.get(PartialObjectMetadata<Namespaces>.self, key)
            try FileManager.default.removeItem(atPath: folder.path("token"))
            time.advance(by: .seconds(600))
            #expect(try await client.get(PartialObjectMetadata<Namespaces>.self, key) != nil)
        }
    }

    @Test func aMissingTokenIsSaidWithItsPath() async throws {
        try await withAPIServer { _, access in
            var access = access
            access.token = .file("/nonexistent/token")
            let client = client(access)
            await #expect { try await client.get(PartialObjectMetadata<Namespaces>.self, key) } throws: { error in
                let error = error as? KubernetesError
                return error?.code == .configuration && error?.message.contains("/nonexistent/token") == true
            }
        }
    }

    @Test func theTokenDoesNotShow() async throws {
        let access = ClusterAccess(server: "http://127.0.0.1:1", token: .text(Secret("hunter2")))
        let client = client(access)
        await #expect { try await client.get(PartialObjectMetadata<Namespaces>.self, key) } throws: {
            !"\($0)".contains("hunter2")
        }
        var dumped = ""
        dump(access, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }
}

enum Namespaces: KindOfObject {
    static let kind = ResourceKind(group: "", version: "v1", kind: "Namespace", plural: "namespaces", scope: .cluster)
}
