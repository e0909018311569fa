// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@testable import ImageTransfer

@Suite
struct DockerConfigurationTests {
    func credentials(_ text: String, for reference: String = "registry.example:5000/shop/worker:1") throws
        -> RegistryCredentials?
    {
        try DockerConfiguration(parsing: Array(text.utf8)).credentials(for: try ImageReference(parsing: reference))
    }

    let password = RegistryCredentials.password(user: "me", password: Secret("se:cret"))

    @Test(
        arguments: [
            #"{"registry.example:5000":{"auth":"bWU6c2U6Y3JldA=="}}"#,
            #"{"registry.example:5000":{"username":"me","password":"se:cret","auth":"!"}}"#,
            #"{"https://registry.example:5000/v2/":{"auth":"bWU6c2U6Y3JldA=="}}"#,
            #"{"other":{},"registry.example:5000/shop":{"auth":"bWU6c2U6Y3JldA=="},"registry.example:5000":{"auth":"eDp5"}}"#,
            #"{"registry.example:5000":{"auth":"bWU6c2U6Y3JldAAA"}}"#,
        ]
    )
    func credentialsAreFoundByTheRegistry(auths: String) throws {
        #expect(try credentials(#"{"auths":\#(auths)}"#) == password)
    }

    @Test func aRefreshTokenComesBeforeAPassword() throws {
        let text = #"{"auths":{"registry.example:5000":{"auth":"bWU6c2U6Y3JldA==","identitytoken":"refresh"}}}"#
        #expect(try credentials(text) == .identityToken(Secret("refresh")))
    }

    @Test func dockersOwnRegistryHasOldNames() throws {
        for name in ["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io"] {
            #expect(try credentials(#"{"auths":{"\#(name)":{"auth":"bWU6c2U6Y3JldA=="}}}"#, for: "nginx") == password)
        }
    }

    @Test(arguments: [
        "{}", #"{"auths":{}}"#, #"{"auths":{"registry.example":{"auth":"eDp5"}}}"#,
        #"{"auths":{"registry.example:5000":{}}}"#,
    ])
    func aFileWithoutAnEntryForTheRegistryGivesNoCredentials(text: String) throws {
        #expect(try credentials(text) == nil)
    }

    @Test(
        arguments: [
            "", "no JSON secret", #"{"auths":7}"#, #"{"auths":{"r":{"auth":"c2VjcmV0"}}}"#,
            #"{"auths":{"r":{"auth":"%secret%"}}}"#,
        ]
    )
    func whatIsNoConfigurationIsRefusedAndNotShown(text: String) {
        do {
            _ = try credentials(text)
            Issue.record("it was accepted")
        } catch {
            #expect((error as? ImageTransferError)?.code == .invalidSettings)
            #expect(!["JSON secret", "%secret", "c2Vj"].contains { "\(error)".contains($0) })
        }
    }

    @Test func credentialsDoNotPrint() {
        var text = "\(password)"
        dump(password, to: &text)
        dump(RegistryAccess(credentials: .identityToken(Secret("refresh"))), to: &text)
        #expect(!text.contains("cret") && !text.contains("refresh"))
    }
}
