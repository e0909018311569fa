// SPDX-License-Identifier: Apache-2.0

import Basics
import TestStorage
import Testing

@testable import ImageTransfer

@Suite
struct ImageReferenceTests {
    static let digest = ImageBuilder.digest([1])

    @Test(
        arguments: [
            (
                "localhost:5000/iceberg-kafka-connect-worker:latest", "localhost:5000", "iceberg-kafka-connect-worker",
                "latest"
            ),
            ("localhost/a", "localhost", "a", nil),
            ("Registry.Example:443/a/b/c:V1.0_x-y", "registry.example:443", "a/b/c", "V1.0_x-y"),
            ("nginx", "docker.io", "library/nginx", nil), ("shop/worker:1", "docker.io", "shop/worker", "1"),
            ("[::1]:5000/a:1", "[::1]:5000", "a", "1"), ("10.0.0.1/a__b/c---d.e", "10.0.0.1", "a__b/c---d.e", nil),
        ] as [(String, String, String, String?)]
    )
    func partsAreTakenApart(text: String, registry: String, repository: String, tag: String?) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.registry == registry)
        #expect(reference.repository == repository)
        #expect(reference.tag == tag)
        #expect(try ImageReference(parsing: reference.description) == reference)
        let pinned = try ImageReference(parsing: "\(text)@\(Self.digest)")
        #expect(pinned.tag == tag)
        #expect(pinned.digest == Digest(Self.digest))
        #expect(
            try reference.pinned(to: #require(Digest(Self.digest))).description
                == "\(registry)/\(repository)@\(Self.digest)"
        )
    }

    @Test(
        arguments: [
            "", "/", "a:", "localhost:5000/", "localhost:5000/A", "a//b", "a/../b", "a b", "a:b:c",
            "x.y/a:" + String(repeating: "t", count: 129),
            "a@sha256:123", "a@md5:abc", "host:port/a", "host:99999/a", "a/b?x=1", "a%2fb", "http://host/a", "-a", "a-",
            "a..b", "a___b",
            "user@host/a", "x.y/" + String(repeating: "a", count: 256), "a:-x", "é/a", "a\n",
        ]
    )
    func whatIsNoReferenceIsRefused(text: String) {
        do {
            let reference = try ImageReference(parsing: text)
            Issue.record("\(text) was taken for \(reference)")
        } catch {
            #expect(error.code == .invalidReference)
        }
    }

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
    func endpointsThatAreNoneAreRefused(text: String) {
        #expect(throws: ImageTransferError.self) { try RegistryEndpoints(parsing: text) }
    }

    @Test func aPlatformIsReadAndCompared() throws {
        #expect(try Platform(parsing: "linux/arm64/v8").description == "linux/arm64/v8")
        #expect(
            try Platform(parsing: "linux/arm64").matches(
                Platform(system: "linux", architecture: "arm64", variant: "v8")
            )
        )
        #expect(try !Platform(parsing: "linux/arm64/v7").matches(Platform(system: "linux", architecture: "arm64")))
        for text in ["", "linux", "linux/", "a/b/c/d"] {
            #expect(throws: ImageTransferError.self) { try Platform(parsing: text) }
        }
    }
}
