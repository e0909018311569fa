// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ObjectStorage

@Suite
struct S3LocationTests {
    func address(_ location: S3Location) -> [String] {
        guard let address = try? location.address() else { return [] }
        return [address.origin, address.host, address.path]
    }

    @Test(
        arguments: [
            ("images", "eu-west-1", "https://images.s3.eu-west-1.amazonaws.com", "/a/worker.tar"),
            ("images", "cn-north-1", "https://images.s3.cn-north-1.amazonaws.com.cn", "/a/worker.tar"),
            ("my.images", "eu-west-1", "https://s3.eu-west-1.amazonaws.com", "/my.images/a/worker.tar"),
            ("My_Images", "us-east-1", "https://s3.us-east-1.amazonaws.com", "/My_Images/a/worker.tar"),
        ]
    )
    func amazonIsAddressedByTheBucketsHost(bucket: String, region: String, origin: String, path: String) {
        let location = S3Location(bucket: bucket, key: "a/worker.tar", region: region)
        #expect(address(location) == [origin, String(origin.dropFirst("https://".count)), path])
    }

    @Test(
        arguments: [
            ("http://minio:9000", "http://minio:9000", "minio:9000", "/b/k"),
            ("http://minio:9000/", "http://minio:9000", "minio:9000", "/b/k"),
            ("http://minio:80", "http://minio:80", "minio", "/b/k"),
            ("https://minio:443", "https://minio:443", "minio", "/b/k"),
            ("https://gate/s3/", "https://gate", "gate", "/s3/b/k"),
            ("minio.local", "https://minio.local", "minio.local", "/b/k"),
        ]
    )
    func anEndpointIsAddressedByPath(endpoint: String, origin: String, host: String, path: String) {
        #expect(address(S3Location(bucket: "b", key: "k", region: "r", endpoint: endpoint)) == [origin, host, path])
    }

    @Test(
        arguments: [
            S3Location(bucket: "", key: "k", region: "r"), S3Location(bucket: "b", key: "", region: "r"),
            S3Location(bucket: "a/b", key: "k", region: "r"), S3Location(bucket: "..", key: "k", region: "r"),
            S3Location(bucket: "b", key: "a/../k", region: "r"), S3Location(bucket: "b", key: "k", region: ""),
            S3Location(bucket: "b", key: "k", region: "evil.example/"),
            S3Location(bucket: "b", key: "k", region: "r", endpoint: "file:///etc"),
            S3Location(bucket: "b", key: "k", region: "r", endpoint: "http://user:pw@host"),
            S3Location(bucket: "b", key: "k", region: "r", endpoint: "http://host/?x=1"),
            S3Location(bucket: "b", key: "k", region: "r", endpoint: "http://"),
        ]
    )
    func whatIsNoAddressIsRefusedAndNotShown(location: S3Location) {
        do {
            _ = try location.address()
            Issue.record("it was accepted")
        } catch {
            #expect(error.code == .invalidAddress)
            #expect(!"\(error)".contains("pw"))
        }
    }

    @Test func aURLNamesBucketAndKey() {
        let location = S3Location(url: "s3://images/a/worker.tar", region: "r")
        #expect(location == S3Location(bucket: "images", key: "a/worker.tar", region: "r"))
        #expect(location?.description == "s3://images/a/worker.tar")
        for url in ["s3://images", "s3://images/", "s3:///key", "http://images/key", "images/key"] {
            #expect(S3Location(url: url, region: "r") == nil)
        }
    }
}
