// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ObjectStorage

@Suite
struct S3RefusalTests {
    let location = S3Location(bucket: "images", key: "worker.tar", region: "eu-west-1")

    func error(_ status: Int, _ body: String = "", region: String? = nil) -> StorageError {
        S3Refusal(status: status, region: region, body: Array(body.utf8)).error("GET", location)
    }

    @Test(
        arguments: [
            (404, "NoSuchBucket", .bucketNotFound, "BucketNotFound"),
            (404, "NoSuchKey", .objectNotFound, "ObjectNotFound"),
            (404, "", .objectNotFound, "ObjectNotFound"), (403, "AccessDenied", .accessDenied, "AccessDenied"),
            (403, "", .accessDenied, "AccessDenied"),
            (403, "InvalidAccessKeyId", .invalidCredentials, "InvalidCredentials"),
            (403, "SignatureDoesNotMatch", .invalidCredentials, "InvalidCredentials"),
            (400, "ExpiredToken", .expiredCredentials, "ExpiredCredentials"),
            (403, "RequestTimeTooSkewed", .clockSkewed, "StorageClockSkewed"),
            (400, "AuthorizationHeaderMalformed", .wrongRegion, "WrongRegion"),
            (301, "PermanentRedirect", .wrongRegion, "WrongRegion"), (301, "", .wrongRegion, "WrongRegion"),
            (503, "SlowDown", .throttled, "StorageThrottled"), (429, "", .throttled, "StorageThrottled"),
            (500, "InternalError", .failing, "StorageFailing"), (502, "", .failing, "StorageFailing"),
            (412, "PreconditionFailed", .changed, "ObjectChanged"), (418, "", .refused, "StorageRefused"),
        ] as [(Int, String, StorageError.Code, String)]
    )
    func everyAnswerHasItsReason(status: Int, code: String, expected: StorageError.Code, reason: String) {
        let error = error(status, code.isEmpty ? "" : "<Error><Code>\(code)</Code></Error>")
        #expect(error.code == expected)
        #expect(error.reason == reason)
        #expect(error.message.contains("s3://images/worker.tar"))
        #expect(error.message.contains("\(status)"))
    }

    @Test func theRightRegionIsNamed() {
        let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>"
        #expect(error(400, body).advice == "set the region to us-west-2")
        #expect(error(301, region: "ap-south-1").advice == "set the region to ap-south-1")
    }

    @Test func aProxysPageIsJudgedByItsStatus() {
        #expect(error(502, "<html><Code>").code == .failing)
        #expect(error(403, String(repeating: "<", count: 10_000)).code == .accessDenied)
    }

    @Test(
        arguments: [
            String(repeating: "&", count: 60_000), String(repeating: "&", count: 60_000) + ";",
            String(repeating: "A", count: 60_000), "No\u{1b}[31mSuchKey", "NoSuchKey\nforged=line", "No Such Key", "é",
        ]
    )
    func aTextThatIsNotACodeIsIgnored(code: String) {
        let refusal = S3Refusal(status: 500, region: nil, body: Array("<Error><Code>\(code)</Code></Error>".utf8))
        #expect(refusal.code == "")
        #expect(refusal.error("GET", location).message == "GET s3://images/worker.tar was answered with 500")
    }

    @Test(arguments: ["eu\u{1b}[31m", "eu west 1", String(repeating: "e", count: 100), ""])
    func aTextThatIsNotARegionIsIgnored(region: String) {
        let body = Array("<Error><Region>\(region)</Region></Error>".utf8)
        #expect(S3Refusal(status: 301, region: nil, body: body).region == nil)
        #expect(S3Refusal(status: 301, region: region, body: []).region == nil)
    }

    @Test func textsAreReadOutOfXML() {
        let xml = XMLText(Array("<a><b> x &lt;&amp;&#65;&unknown; </b><b>second</b><c/><d></d></a>".utf8))
        #expect(xml.first("b") == " x <&&#65;&unknown; ")
        #expect(xml.first("d") == "")
        #expect(xml.first("c") == nil)
        #expect(xml.first("e") == nil)
        #expect(XMLText(Array("<a>no end".utf8)).first("a") == nil)
        let long = String(repeating: "x", count: 5000)
        #expect(XMLText(Array("<a>\(long)</a>".utf8)).first("a") == nil)
        #expect(XMLText(Array("<a>\(long)</a>".utf8)).first("a", upTo: 5000) == long)
    }
}
