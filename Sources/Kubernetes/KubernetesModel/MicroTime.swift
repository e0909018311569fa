// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// A moment as Lease and Event objects want it: RFC 3339 in UTC with exactly six fractional digits.
///
/// Foundation prints three digits, and the API server refuses those.
package struct MicroTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var microsecondsSinceEpoch: Int64

    package init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

    /// - Parameter text: RFC 3339 in UTC, with or without a fraction: `2026-01-02T03:04:05.000006Z`. Of the fraction six
    ///   digits count.
    package init?(_ text: String) {
        guard let date = CivilDate(rfc3339: text) else { return nil }
        let fraction = text.utf8.dropFirst(20).dropLast()
        let isNumber = fraction.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard text.utf8.count == 20 || !fraction.isEmpty, isNumber else { return nil }
        let digits = Array(fraction.prefix(6)) + Array(repeating: UInt8(ascii: "0"), count: max(0, 6 - fraction.count))
        let micros = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        microsecondsSinceEpoch = date.secondsSinceEpoch * 1_000_000 + micros
    }

    package static func < (left: MicroTime, right: MicroTime) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// `2026-01-02T03:04:05.000006Z`
    package var description: String {
        let (seconds, micros) = microsecondsSinceEpoch.floorDivided(by: 1_000_000)
        let digits = String(1_000_000 + micros).dropFirst()
        return "\(CivilDate(secondsSinceEpoch: seconds).rfc3339.dropLast()).\(digits)Z"
    }

    /// `2026-01-02T03:04:05Z`, as conditions and `metadata` have it.
    package var inSeconds: String {
        CivilDate(secondsSinceEpoch: microsecondsSinceEpoch.floorDivided(by: 1_000_000).quotient).rfc3339
    }

    /// The moment so much later, or earlier.
    package func advanced(by duration: Duration) -> MicroTime {
        MicroTime(microsecondsSinceEpoch: microsecondsSinceEpoch + Int64(duration / .microseconds(1)))
    }

    /// How much later `other` is; negative if it is earlier.
    package func duration(to other: MicroTime) -> Duration {
        .microseconds(other.microsecondsSinceEpoch - microsecondsSinceEpoch)
    }
}
