// SPDX-License-Identifier: Apache-2.0

/// A queue at one moment.
package struct QueueSnapshot: Equatable, Sendable {
    /// Keys that wait for a worker, by priority.
    package var depth: [Priority: Int] = [:]
    /// Keys that wait for a time.
    package var waiting = 0
    /// For how long each key in hand has been in hand, in no order.
    package var inHand: [Duration] = []

    /// Whether nothing is in hand and nothing could be. Keys may wait for a time.
    package var isIdle: Bool { inHand.isEmpty && depth.values.allSatisfy { $0 == 0 } }
}
