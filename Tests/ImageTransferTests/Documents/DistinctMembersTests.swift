// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import ImageTransfer

/// A document means the same to everybody who reads it.
@Suite
struct DistinctMembersTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)
    static let descriptor = #"{"mediaType":"x","digest":"\#(digest)","size":1}"#

    @Test(
        arguments: [
            #""layers":[],"layers":[]"#, #""layers":[],"Layers":[]"#, #""layers":[],"layer\u017f":[]"#,
            #""layers":[{"digest":"x","Digest":"x","size":1}]"#, #""layers":[],"CONFIG":{}"#,
        ]
    )
    func aManifestNamesNothingTwice(members: String) throws {
        let text = #"{"schemaVersion":2,"config":\#(Self.descriptor),\#(members)}"#
        #expect {
            let _: ImageManifest = try JSONDocument(parsing: Array(text.utf8)).decode()
        } throws: {
            "\($0)".contains("twice")
        }
    }

    @Test(
        arguments: [
            #""rootfs":{"diff_ids":[]},"RootFS":{}"#, #""rootfs":{"diff_ids":[],"Diff_IDs":[]}"#,
            #""rootfs":{"diff_ids":[]},"config":{"Entrypoint":[],"entrypoint":["sh"]}"#,
            #""rootfs":{"diff_ids":[]},"\u212a":1,"k":2"#,
        ]
    )
    func aConfigurationNamesNothingTwice(members: String) throws {
        #expect {
            let _: ImageConfiguration = try JSONDocument(parsing: Array("{\(members)}".utf8)).decode()
        } throws: {
            "\($0)".contains("twice")
        }
    }

    @Test func labelsAreNamesOfTheirOwn() throws {
        let text = #"{"rootfs":{"diff_ids":[]},"config":{"Labels":{"a":"1","A":"2"}}}"#
        let _: ImageConfiguration = try JSONDocument(parsing: Array(text.utf8)).decode()
    }
}
