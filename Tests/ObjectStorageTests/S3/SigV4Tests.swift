// SPDX-License-Identifier: Apache-2.0

import Basics
import ObjectStorage
import Testing

/// The signatures were computed with another implementation, from the same made-up keys.
@Suite
struct SigV4Tests {
    let key = SigV4(.init(accessKey: "EXAMPLEKEY", secretKey: Secret("example-secret")), region: "eu-west-1")
    let withToken = SigV4(
        .init(accessKey: "EXAMPLEKEY", secretKey: Secret("example-secret"), token: Secret("example-token")),
        region: "eu-west-1"
    )
    /// 2026-01-02T03:04:05Z
    let now: Int64 = 1_767_323_045

    func signature(_ signed: SigV4.Signed) -> String? {
        signed.headers["authorization"]?.split(separator: "Signature=").last.map(String.init)
    }

    @Test(
        arguments: [
            ("/bucket/key", [], "/bucket/key", "f0138e68fd6a0e0bb352c15e0e1d84997287d5d0eb9bf99dd70423e342456d7f"),
            (
                "/bucket/a b+c.bin", [], "/bucket/a%20b%2Bc.bin",
                "f7c9d3e2d5db4187da41ccf814fa8aed1a13953f6fc2b6dcfea546898aa5f7a9"
            ),
            (
                "/bucket/",
                [("list-type", "2"), ("prefix", "a/b"), ("delimiter", "/"), ("continuation-token", "a+b==")],
                "/bucket/?continuation-token=a%2Bb%3D%3D&delimiter=%2F&list-type=2&prefix=a%2Fb",
                "02d865136e0228de471836292b27a8cd8b6d6fadd26a676cdec0fff7b3682ef0"
            ),
            (
                "/bucket/", [("select-type", "2"), ("select", "")], "/bucket/?select=&select-type=2",
                "f72b3912f8a952a943900e5b6e7e9b9ad0b83db53b19ac3d5c81e8d0c21e88ae"
            ),
        ] as [(String, [(String, String)], String, String)]
    )
    func signsPathsAndQueries(path: String, query: [(String, String)], target: String, expected: String) {
        let request = SigV4.Request("GET", host: "s3.example", path: path, query: query.map { ($0.0, $0.1) })
        let signed = key.sign(request, secondsSinceEpoch: now)
        #expect(signed.target == target)
        #expect(signature(signed) == expected)
        #expect(signed.headers["x-amz-date"] == "20260102T030405Z")
    }

    @Test func signsABodyByItsHash() {
        var request = SigV4.Request("POST", host: "s3.example", path: "/bucket/key", query: [("uploads", "")])
        request.payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let signed = key.sign(request, secondsSinceEpoch: now)
        #expect(signature(signed) == "2b4a6674d2c2a19d88a88eca31d5564f3954ab39b986bc5e656e8791306c3eb6")
    }

    /// The examples of Amazon's own documentation.
    @Test func furtherHeadersAreSigned() {
        let key = SigV4(
            .init(accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
            region: "us-east-1"
        )
        let date: Int64 = 1_369_353_600  // 2013-05-24T00:00:00Z
        var get = SigV4.Request("GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt")
        get.headers = [("Range", "bytes=0-9")]
        get.payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let read = key.sign(get, secondsSinceEpoch: date)
        #expect(signature(read) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        #expect(read.headers["range"] == "bytes=0-9")
        var put = SigV4.Request("PUT", host: "examplebucket.s3.amazonaws.com", path: "/test$file.text")
        put.headers = [("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("Date", " Fri, 24 May 2013  00:00:00 GMT ")]
        put.payload = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        let written = key.sign(put, secondsSinceEpoch: date)
        #expect(signature(written) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
    }

    @Test func aTokenIsSignedToo() {
        let request = SigV4.Request("GET", host: "s3.example", path: "/bucket/é中", query: [("versionId", "x y")])
        let signed = withToken.sign(request, secondsSinceEpoch: now)
        #expect(signed.headers["x-amz-security-token"] == "example-token")
        #expect(signature(signed) == "725de8465c6b7a11e204ab3c82cb7bf986e3d854e0696d6f053384abb08a9a89")
    }
}
