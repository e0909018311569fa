// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImageTransfer

@Suite
struct ChallengeTests {
    @Test(
        arguments: [
            (["Basic realm=\"x\""], .basic), (["basic"], .basic),
            (
                [#"Bearer realm="https://auth.example/token",service="a, b",scope="repository:x:pull""#],
                .bearer(realm: "https://auth.example/token", service: "a, b", error: nil)
            ),
            ([#"Bearer service=s , realm="r\"q""#], .bearer(realm: "r\"q", service: "s ", error: nil)),
            (
                ["Basic realm=x", #"Bearer realm="r",error="invalid_token""#],
                .bearer(realm: "r", service: nil, error: "invalid_token")
            ),
            (["Digest x", "Basic"], .basic),
        ] as [([String], Challenge)]
    )
    func challengesAreUnderstood(headers: [String], expected: Challenge) { #expect(Challenge(headers) == expected) }

    @Test(arguments: [[], [""], ["Negotiate"], ["Bearer"], ["Bearer realm=\"\""], ["Bearer realm"]] as [[String]])
    func headersWithoutAChallengeAreIgnored(headers: [String]) { #expect(Challenge(headers) == nil) }
}
