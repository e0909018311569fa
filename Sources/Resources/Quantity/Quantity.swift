// SPDX-License-Identifier: Apache-2.0

/// An amount as Kubernetes writes it: `500m`, `2Gi`, `1e3`, `0.5`. Never negative.
///
/// Kept as billionths, the finest unit that Kubernetes has (`n`), so that comparing is exact.
package struct Quantity: Hashable, Comparable, Sendable {
    private var billionths: Int128

    /// The same for the API server, as a pattern of RE2.
    package static let pattern =
        #"^\+?([0-9]{1,15}(\.[0-9]{0,9})?|\.[0-9]{1,9})([KMGTPE]i|[numkMGTPE]|[eE]\+?(0?[0-9]|1[0-8]))?$"#

    static let expectation = "must be a quantity such as 500m or 2Gi"

    /// - Parameter text: at most 15 digits before the point and 9 behind it, a suffix `n u m k M G T P E`, `Ki` to `Ei`,
    ///   or an exponent of ten. Finer than a billionth is rounded up, as Kubernetes does.
    package init?(_ text: String) {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = rest.prefix(while: Self.isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: Self.isDigit)
            rest = rest.dropFirst(1 + fraction.count)
            // The API server's pattern takes `1.` as well.
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        } else if whole.isEmpty {
            return nil
        }
        guard whole.count <= 15, fraction.count <= 9, let scale = Self.scale(of: rest) else { return nil }
        var digits: Int128 = 0
        for digit in [whole, fraction].joined() { digits = digits * 10 + Int128(digit - UInt8(ascii: "0")) }
        let divisor = Self.power(10, fraction.count)
        // What does not fit is more than anybody has: 10^29, in whole numbers.
        let (product, overflow) = digits.multipliedReportingOverflow(by: scale)
        let (sum, carry) = product.addingReportingOverflow(divisor - 1)
        billionths = overflow || carry ? .max : sum / divisor
    }

    /// A whole number without a unit.
    package init?(_ number: Int64) {
        guard number >= 0 else { return nil }
        billionths = Int128(number) * 1_000_000_000
    }

    package static func < (left: Quantity, right: Quantity) -> Bool { left.billionths < right.billionths }

    /// As a whole number, fractions dropped: of a memory quantity, its bytes. No more than `Int64.max`.
    package var whole: Int64 { Int64(clamping: billionths / 1_000_000_000) }

    /// What the number is multiplied with, in billionths.
    private static func scale(of suffix: Substring.UTF8View) -> Int128? {
        let one: Int128 = 1_000_000_000
        switch String(suffix) ?? "?" {
        case "n": return 1
        case "u": return 1_000
        case "m": return 1_000_000
        case "": return one
        case "k": return one * power(10, 3)
        case "M": return one * power(10, 6)
        case "G": return one * power(10, 9)
        case "T": return one * power(10, 12)
        case "P": return one * power(10, 15)
        case "E": return one * power(10, 18)
        case "Ki": return one << 10
        case "Mi": return one << 20
        case "Gi": return one << 30
        case "Ti": return one << 40
        case "Pi": return one << 50
        case "Ei": return one << 60
        case let text: return exponent(of: text).map { one * power(10, $0) }
        }
    }

    /// 3 for `e3`; `nil` for anything else, and above 18, which no amount of memory reaches.
    private static func exponent(of text: String) -> Int? {
        guard text.first == "e" || text.first == "E" else { return nil }
        var digits = text.utf8.dropFirst()
        if digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard (1...2).contains(digits.count), digits.allSatisfy(isDigit), let number = Int(String(digits) ?? "") else {
            return nil
        }
        return number <= 18 ? number : nil
    }

    private static func power(_ base: Int128, _ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
