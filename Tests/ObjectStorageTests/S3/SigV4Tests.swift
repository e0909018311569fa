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
            ("/bucket/key", "/bucket/key", "f0138e68fd6a0e0bb352c15e0e1d84997287d5d0eb9bf99dd70423e342456d7f"),
            (
                "/bucket/a b+c.bin", "/bucket/a%20b%2Bc.bin",
                "f7c9d3e2d5db4187da41ccf814fa8aed1a13953f6fc2b6dcfea546898aa5f7a9"
            ),
        ] as [(String, String, String)]
    )
    func signsThePathAsItIsSent(path: String, sent: String, expected: String) {
        let signed = key.sign(SigV4.Request("GET", host: "s3.example", path: path), secondsSinceEpoch: now)
        #expect(signed.path == sent)
        #expect(signature(signed) == expected)
        #expect(signed.headers["x-amz-date"] == "20260102T030405Z")
    }

    @Test func signsABodyByItsHash() {
        var request = SigV4.Request("POST", host: "s3.example", path: "/bucket/key")
        request.payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let signed = key.sign(request, secondsSinceEpoch: now)
        #expect(signature(signed) == "45e184b109d20eb86b0c3e5cea39f1ac37f8bc251529b963bf3bf4bc655a8a97")
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
        let request = SigV4.Request("GET", host: "s3.example", path: "/bucket/é中")
        let signed = withToken.sign(request, secondsSinceEpoch: now)
        #expect(signed.headers["x-amz-security-token"] == "example-token")
        #expect(signature(signed) == "03fac8c1a3518f72da4634e726c92e266b1cc59b9936817655b8d1a45351e916")
    }
}
