// SPDX-License-Identifier: Apache-2.0

import Basics
import Crypto
import Testing

@testable import ImageTransfer

@Suite(.timeLimit(.minutes(1)))
struct LayerPipeTests {
    /// A registry may answer with success, and close, before it has all of a layer, also of one that is made already.
    @Test func whatHasNotBeenTakenHasNotBeenSent() async throws {
        let pipe = LayerPipe(path: "a/layer.tar", size: 2)
        let blob = Descriptor(type: MediaType.gzipLayer, digest: Digest(hash: SHA256.hash([1, 2])), size: 2)
        try await pipe.output.put([1, 2])
        pipe.blobEnded(blob)
        #expect(throws: pipe.unfinished) { try pipe.sentDescriptor() }
        #expect(try await pipe.nextToSend() == [1, 2])
        #expect(throws: pipe.unfinished) { try pipe.sentDescriptor() }
        #expect(try await pipe.nextToSend() == nil)
        #expect(try pipe.sentDescriptor() == blob)
    }
}
