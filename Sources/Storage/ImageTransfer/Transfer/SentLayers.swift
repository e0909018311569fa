// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Which blob contains which layer, for all layers that this process has read, compressed and sent itself. So an attempt
/// that begins anew goes on where the last one ended, whatever image it was for and whatever the registry says of it.
///
/// Both digests were made from the bytes, so they are right for any registry and any repository; whether the blob is
/// there is asked each time. Callable from any thread.
package final class SentLayers: Sendable {
    private struct State: Sendable {
        var blobs: [Digest: Descriptor] = [:]
        /// From the one that has been known longest.
        var order: [Digest] = []
    }

    /// A few hundred images; a kilobyte each.
    private static let most = 4096

    private let state = Locked(State())

    package init() {}

    subscript(diffID: Digest) -> Descriptor? { state.withLock { $0.blobs[diffID] } }

    func add(_ diffID: Digest, _ blob: Descriptor) {
        state.withLock { state in
            if state.blobs.updateValue(blob, forKey: diffID) == nil { state.order.append(diffID) }
            guard state.order.count > Self.most else { return }
            state.blobs[state.order.removeFirst()] = nil
        }
    }
}
