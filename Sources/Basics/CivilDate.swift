// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC, taken apart without Foundation.
package struct CivilDate: Hashable, Sendable {
    package var year: Int64
    package var month: Int64
    package var day: Int64
    package var hour: Int64
    package var minute: Int64
    package var second: Int64

    package init(secondsSinceEpoch: Int64) {
        let (days, secondOfDay) = secondsSinceEpoch.floorDivided(by: 86_400)
        // Counting from 1 March of year 0 puts the leap day at the end of the year and of each 400-year era.
        let (era, dayOfEra) = (days + 719_468).floorDivided(by: 146_097)
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = secondOfDay / 3600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
    }

    /// `20260102`
    package var basicDay: String { "\(padded(year, 4))\(padded(month, 2))\(padded(day, 2))" }

    /// `20260102T030405Z`
    package var basicTime: String { "\(basicDay)T\(padded(hour, 2))\(padded(minute, 2))\(padded(second, 2))Z" }

    /// `2026-01-02T03:04:05Z`
    package var rfc3339: String {
        let time = "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time)Z"
    }

    private func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that times before 1970 work too.
    package func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
