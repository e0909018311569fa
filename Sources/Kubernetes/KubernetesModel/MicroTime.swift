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
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard marks.allSatisfy({ Character(UnicodeScalar(bytes[$0.0])) == $0.1 }) else { return nil }
        let number = { (range: Range<Int>) -> Int64? in
            guard bytes[range].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return bytes[range].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var micros: Int64 = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count > 21, number(20..<bytes.count - 1) != nil else {
                return nil
            }
            for position in 20..<26 {
                let digit = position < bytes.count - 1 ? Int64(bytes[position] - UInt8(ascii: "0")) : 0
                micros = micros * 10 + digit
            }
        }
        let days = Self.daysSinceEpoch(year, month, day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        microsecondsSinceEpoch = seconds * 1_000_000 + micros
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

    /// The inverse of ``CivilDate``: years begin on 1 March, so that the leap day is the last.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.floorDivided(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
