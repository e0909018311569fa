// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@testable import ImageTransfer

@Suite
struct RegistryAccessTests {
    @Test(
        arguments: [
            ("localhost:5000/a", "http://localhost:5000"), ("127.0.0.1:5000/a", "http://127.0.0.1:5000"),
            ("[::1]:5000/a", "http://[::1]:5000"), ("registry.example/a", "https://registry.example"),
            ("localhost.example/a", "https://localhost.example"), ("a/b", "https://registry-1.docker.io"),
        ]
    )
    func onlyLoopbackIsSpokenToWithoutTLS(text: String, origin: String) throws {
        let reference = try ImageReference(parsing: text)
        #expect(RegistryAccess().origin(for: reference) == origin)
        let plain = RegistryAccess(plainHTTP: true).origin(for: reference)
        #expect(plain.hasPrefix("http://") || reference.registry == "docker.io")
    }

    @Test(
        arguments: [
            ("localhost:5000/a", "https://localhost:5000"), ("[::1]:5000/a", "https://[::1]:5000"),
            ("registry.example/a", "https://registry.example"), ("a/b", "https://registry-1.docker.io"),
            ("localhost:5001/a", "http://registry.kube-system:5000"),
        ]
    )
    func loopbackIsSpokenToWithTLSOnDemandUnlessAnEndpointSaysOtherwise(text: String, origin: String) throws {
        let endpoints = try RegistryEndpoints(parsing: "localhost:5001=http://registry.kube-system:5000")
        let access = RegistryAccess(endpoints: endpoints, isLoopbackPlain: false)
        #expect(access.origin(for: try ImageReference(parsing: text)) == origin)
    }

    @Test func anEndpointSaysWhereToSend() throws {
        let endpoints = try RegistryEndpoints(
            parsing: " localhost:5000=http://registry.kube-system:5000/ , docker.io=https://mirror.example:8443,"
        )
        let access = RegistryAccess(endpoints: endpoints)
        #expect(
            access.origin(for: try ImageReference(parsing: "localhost:5000/a")) == "http://registry.kube-system:5000"
        )
        #expect(access.origin(for: try ImageReference(parsing: "a")) == "https://mirror.example:8443")
        #expect(access.origin(for: try ImageReference(parsing: "localhost:5001/a")) == "http://localhost:5001")
        #expect(try RegistryEndpoints(parsing: "") == RegistryEndpoints())
    }

    @Test(arguments: [
        "localhost:5000", "a=ftp://b", "a=http://b/path", "a=http://u:p@b", "=http://b", "a/b=http://c", "a=http://",
    ])
    func malformedEndpointsAreRefused(text: String) {
        #expect(throws: ImageTransferError.self) { try RegistryEndpoints(parsing: text) }
    }
}
