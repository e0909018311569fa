// SPDX-License-Identifier: Apache-2.0

/// The same numbers in every run (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// The same with another byte in some places.
    package func damaged(inPlaces count: Int, using random: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        for _ in 0..<count {
            bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0 ... .max, using: &random)
        }
        return bytes
    }
}
