// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import HTTPClient
import HTTPServer
import TestStorage
import TestSupport
import Testing

@testable import ObjectStorage

@Suite(.timeLimit(.minutes(5)))
struct EnvironmentCredentialsTests {
    /// 2026-01-02T03:04:05Z
    static let now: Int64 = 1_767_323_045

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func provider(
        _ environment: [String: String],
        now: @escaping @Sendable () -> Int64 = { now }
    ) -> EnvironmentCredentials {
        EnvironmentCredentials(
            HTTPClient(),
            environment,
            region: "eu-west-1",
            retry: RetryPolicy(attempts: 2) { _ in },
            now: now
        )
    }

    static func text(_ secret: Secret?) -> String? { secret?.reveal { $0 } }

    @Test func variablesComeFirst() async throws {
        let provider = Self.provider([
            "AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
            "AWS_ROLE_ARN": "role", "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere",
        ])
        let credentials = try await provider.credentials()
        #expect(credentials.accessKey == "KEY")
        #expect(Self.text(credentials.secretKey) == "secret")
        #expect(Self.text(credentials.token) == "token")
    }

    @Test(.rows(26)) func aServiceAccountsTokenIsExchanged() async throws {
        let forms = Recorder<String>()
        try await withServer { request in
            forms.record("\(request.method) \(request.path) \(String(decoding: request.body, as: UTF8.self))")
            return ServerResponse(
                text: """
                    <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
                    <AccessKeyId>ASIAKEY</AccessKeyId><SecretAccessKey>a/secret+key&amp;</SecretAccessKey>
                    <SessionToken>session==</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration>
                    </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                    """
            )
        } _: { host in
            let path = try folder.write("header.payload.signature\n", to: "token")
            let provider = Self.provider([
                "AWS_ROLE_ARN": "arn:aws:iam::1:role/images", "AWS_WEB_IDENTITY_TOKEN_FILE": path,
                "AWS_ENDPOINT_URL_STS": "http://\(host)",
            ])
            for _ in 0..<3 {
                let credentials = try await provider.credentials()
                #expect(credentials.accessKey == "ASIAKEY")
                #expect(Self.text(credentials.secretKey) == "a/secret+key&")
                #expect(Self.text(credentials.token) == "session==")
            }
        }
        #expect(
            forms.all == [
                "POST / Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fimages"
                    + "&RoleSessionName=kittiwake&WebIdentityToken=header.payload.signature"
            ]
        )
    }

    @Test func aRefusedTokenIsNotShown() async throws {
        try await withServer { _ in
            ServerResponse(403, text: "<Error><Code>AccessDenied</Code><Message>a secret</Message></Error>")
        } _: { host in
            let path = try folder.write("header.payload.signature", to: "token")
            let provider = Self.provider([
                "AWS_ROLE_ARN": "role", "AWS_WEB_IDENTITY_TOKEN_FILE": path,
                "AWS_ENDPOINT_URL_STS": "http://\(host)",
            ])
            let error = await StorageRig.failure { try await provider.credentials() }
            #expect(error?.code == .invalidCredentials)
            #expect(error?.message.contains("AccessDenied") == true)
            #expect(error?.message.contains("secret") == false)
        }
    }

    static func document(end: String) -> ServerResponse {
        ServerResponse(
            text: #"{"AccessKeyId":"ASIAKEY","SecretAccessKey":"secret","Token":"token","Expiration":"\#(end)"}"#
        )
    }

    @Test(.rows(26)) func aPodsAgentIsAskedWithTheTokenOfTheFile() async throws {
        try await withServer { request in
            guard request.path == "/v1/credentials", request.header("authorization") == "pod-token" else {
                return ServerResponse(401)
            }
            return Self.document(end: "2026-01-02T04:04:05Z")
        } _: { host in
            let path = try folder.write("pod-token", to: "token")
            let provider = Self.provider([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://\(host)/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
            ])
            let credentials = try await provider.credentials()
            #expect(credentials.accessKey == "ASIAKEY")
        }
    }

    @Test(
        arguments: [
            "http://evil.example/v1", "ftp://localhost/", "http://localhost.evil.example/",
            "http://localhost:80@evil.example/", "http://localhost:@evil.example/",
        ]
    )
    func aPodsTokenGoesToNoStranger(url: String) async throws {
        let provider = Self.provider(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        let error = await StorageRig.failure { try await provider.credentials() }
        #expect(error?.code == .noCredentials)
    }

    /// Without a name to be resolved: whoever asks for a role gives up connecting after a second.
    static func address(_ host: String) -> String { "http://\(host.replacing("localhost", with: "127.0.0.1"))" }

    /// The machine's metadata service, version 2: nothing without a token that was got with PUT.
    static func metadata(_ fetches: Recorder<String>, end: @escaping @Sendable () -> String) -> HTTPServer.Handler {
        { request in
            switch (request.method, request.path) {
            case ("PUT", "/latest/api/token"):
                guard request.header("x-aws-ec2-metadata-token-ttl-seconds") != nil else { return ServerResponse(400) }
                return ServerResponse(text: "imds-token")
            case ("GET", let path) where request.header("x-aws-ec2-metadata-token") == "imds-token":
                let folder = "/latest/meta-data/iam/security-credentials/"
                if path == folder { return ServerResponse(text: "worker-role\n") }
                guard path == "\(folder)worker-role" else { return ServerResponse(404) }
                fetches.record(path)
                return document(end: end())
            default: return ServerResponse(401)
            }
        }
    }

    @Test(.rows(26)) func aMachinesRoleIsAskedForWithAToken() async throws {
        let fetches = Recorder<String>()
        try await withServer(Self.metadata(fetches) { "2026-01-02T04:04:05Z" }) { host in
            let provider = Self.provider(["AWS_EC2_METADATA_SERVICE_ENDPOINT": "\(Self.address(host))/"])
            try await withThrowingTaskGroup(of: S3Credentials.self) { group in
                for _ in 0..<20 { group.addTask { try await provider.credentials() } }
                for try await credentials in group { #expect(credentials.accessKey == "ASIAKEY") }
            }
            #expect(fetches.all.count == 1)
            provider.refused()
            _ = try await provider.credentials()
            #expect(fetches.all.count == 2)
        }
    }

    @Test func credentialsAreRenewedBeforeTheyRunOut() async throws {
        let fetches = Recorder<String>()
        let time = Locked(Self.now)
        // Good for an hour each.
        let handler = Self.metadata(fetches) {
            CivilDate(secondsSinceEpoch: time.withLock { $0 } + 3600).rfc3339
        }
        try await withServer(handler) { host in
            let environment = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": Self.address(host)]
            let provider = Self.provider(environment) { time.withLock { $0 } }
            for (moment, count) in [(0, 1), (3200, 1), (3400, 2), (6000, 2), (8000, 3)] as [(Int64, Int)] {
                time.withLock { $0 = Self.now + moment }
                _ = try await provider.credentials()
                #expect(fetches.all.count == count)
            }
        }
    }

    @Test func oldCredentialsServeWhileNobodyGivesNewOnes() async throws {
        let time = Locked(Self.now)
        let isDown = Locked(false)
        let working = Self.metadata(Recorder()) { "2026-01-02T04:04:05Z" }
        try await withServer { request in
            if isDown.withLock({ $0 }) { return ServerResponse(503) }
            return await working(request)
        } _: { host in
            let environment = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": Self.address(host)]
            let provider = Self.provider(environment) { time.withLock { $0 } }
            _ = try await provider.credentials()
            isDown.withLock { $0 = true }
            time.withLock { $0 += 3500 }  // within the last five minutes
            let credentials = try await provider.credentials()
            #expect(credentials.accessKey == "ASIAKEY")
            time.withLock { $0 += 200 }
            let error = await StorageRig.failure { try await provider.credentials() }
            #expect(error?.code == .noCredentials)
        }
    }

    @Test func withoutAnyTheUserIsToldWhatToDo() async throws {
        let error = await StorageRig.failure {
            try await Self.provider(["AWS_EC2_METADATA_DISABLED": "true"]).credentials()
        }
        #expect(error?.code == .noCredentials)
        #expect(error?.reason == "NoCredentials")
        #expect(error?.advice?.contains("credentialsSecret") == true)
    }
}
