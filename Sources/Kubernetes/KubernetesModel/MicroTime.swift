// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// A moment as Lease and Event objects want it: RFC 3339 in UTC with exactly six fractional digits.
///
/// Foundation prints three digits, and the API server refuses those.
package struct MicroTime: Hashable, Sendable, CustomStringConvertible {
    package var microsecondsSinceEpoch: Int64

    package init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

    /// `2026-01-02T03:04:05.000006Z`
    package var description: String {
        let (seconds, micros) = microsecondsSinceEpoch.floorDivided(by: 1_000_000)
        let digits = String(1_000_000 + micros).dropFirst()
        return "\(CivilDate(secondsSinceEpoch: seconds).rfc3339.dropLast()).\(digits)Z"
    }
}
