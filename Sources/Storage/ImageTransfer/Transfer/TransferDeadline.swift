// SPDX-License-Identifier: Apache-2.0

/// How long an attempt may take as a whole, however well-behaved store and registry look from moment to moment. What they
/// say counts for little: a store that states a huge size and then sends a byte now and then would hold its place for ever.
package struct TransferDeadline: Sendable {
    /// Of every attempt; small images wait for registries too.
    package var base = Duration.seconds(900)
    /// Bytes of the archive a second, as reading and sending each are given.
    package var assuredSpeed: Int64 = 256 << 10
    /// Of the largest. 10 GiB at ``assuredSpeed`` take less.
    package var longest = Duration.seconds(12 * 3600)
    /// Of finding out what is in a plain tar: some hundreds of small requests, thousands at the most.
    package var listing = Duration.seconds(600)

    package init() {}

    /// - Parameter size: of the archive, in bytes; `nil` if only its end tells.
    func limit(for size: Int64?) -> Duration {
        guard let size else { return longest }
        return min(longest, base + .seconds(size / max(1, assuredSpeed)))
    }
}
