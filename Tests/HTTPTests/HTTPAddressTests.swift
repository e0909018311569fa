// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import Testing

@Suite
struct HTTPAddressTests {
    @Test(
        arguments: [
            ("https://r.example:443", "https://R.example/v2/x?s=1", true),
            ("http://registry:80", "http://registry/v2/", true), ("http://registry", "http://registry:80/v2/", true),
            ("https://[::1]:5000", "https://[::1]:5000/", true), ("https://r.example", "HTTPS://r.example", true),
            ("https://r.example", "https://r%2eexample/", true),
            ("https://r.example", "https://r.example:80/", false), ("https://r.example", "http://r.example/", false),
            ("https://r.example", "https://r.example.evil/", false),
            ("https://r.example", "https://evil/r.example", false),
        ]
    )
    func serversAreComparedByWhereARequestGoes(one: String, other: String, isSame: Bool) throws {
        let (one, other) = (try #require(HTTPAddress(one)), try #require(HTTPAddress(other)))
        #expect(one.hasSameOrigin(as: other) == isSame)
    }

    @Test(
        arguments: [
            "https://r.example:443@evil/", "https://r.example\\@evil/", "https://user@r.example", "https:r.example/",
            "r.example", "/v2/", "", "http://", "http://h:66000/", "http://h:x/", "http://a b/", "ftp://h/",
            "file:///etc", "http://h/\u{0}", "http://h/\n", "http://h\u{0}.evil/",
        ]
    )
    func whatCouldBeMistakenIsNone(text: String) {
        #expect(HTTPAddress(text) == nil)
    }

    @Test func itsPartsAreAsTheyAreSent() throws {
        let address = try #require(HTTPAddress("http://MinIO:9000/store/?x=1"))
        #expect(address.origin == "http://MinIO:9000" && address.authority == "MinIO:9000")
        #expect(address.host == "minio" && address.port == 9000 && !address.isSecure)
        #expect(address.path == "/store/" && address.hasMoreThanPath)
        let bare = try #require(HTTPAddress("https://[FE80::1]"))
        #expect(bare.authority.lowercased() == "[fe80::1]" && bare.host == "[fe80::1]" && bare.port == 443)
        #expect(bare.isSecure && bare.path == "/" && !bare.hasMoreThanPath)
        #expect(try #require(HTTPAddress("http://h/#x")).hasMoreThanPath)
    }

    @Test(
        arguments: [
            ("https://h:1/v2/a/uploads/", "/v2/x?s=1%3D", "https://h:1/v2/x?s=1%3D"),
            ("http://h/v2/a/u/", "rel?s=1", "http://h/v2/a/u/rel?s=1"),
            ("http://h/a?b=/c", "rel", "http://h/rel"), ("https://h/a", "//o/b", "https://o/b"),
            ("http://h/a", "https://o/b", "https://o/b"), ("http://h/a", "?s=2", "http://h/a?s=2"),
            ("http://h/a/b/c", "../d", "http://h/a/d"), ("http://h:80", "HTTP://H/x", "http://H/x"),
            ("http://h/a", "https://u:p@o/b", nil), ("http://h/a", "ftp://o/b", nil),
            ("http://h/a", "/a b", "http://h/a%20b"),
        ]
    )
    func locationsMayBeOfEveryKind(base: String, location: String, expected: String?) throws {
        #expect(try #require(HTTPAddress(base)).resolving(location)?.text == expected)
    }
}
