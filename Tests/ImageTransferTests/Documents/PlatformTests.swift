// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImageTransfer

@Suite
struct PlatformTests {
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
