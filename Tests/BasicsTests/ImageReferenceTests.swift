// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct ImageReferenceTests {
    static let digest = "sha256:" + String(repeating: "a1", count: 32)

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
        #expect(reference.description == text)
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
            "a@sha256:123", "a@md5:abc", "host:port/a", "host:999999/a", "host:/a", "-host.x/a", "[::g]:1/a", "a/b?x=1",
            "a%2fb", "http://host/a", "-a", "a-",
            "a..b", "a___b",
            "user@host/a", "x.y/" + String(repeating: "a", count: 256), "a:-x", "é/a", "a\n",
        ]
    )
    func malformedReferencesAreRefused(text: String) {
        #expect(throws: ImageReference.Invalid.self) { try ImageReference(parsing: text) }
    }
}
