// SPDX-License-Identifier: Apache-2.0

/// What a scalar without quotes means.
///
/// The rules are those of the library behind `kubectl`, which are neither YAML 1.1 nor 1.2: its words for true and
/// false are those of 1.1, its numbers are those of Go (`0644` and `0o644` are octal, `1_000` is a thousand), and a
/// date stays a string.
enum PlainScalar: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string

    init(_ text: UnsafeRawBufferPointer) {
        guard let first = text.first else {
            self = .null
            return
        }
        // Most scalars are neither words nor numbers, and the first byte tells.
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            self = Self.number(String(decoding: text, as: UTF8.self))
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "o"),
            UInt8(ascii: "O"):
            self = text.count <= 5 ? Self.word(String(decoding: text, as: UTF8.self)) : .string
        default:
            self = .string
        }
    }

    private static func word(_ text: String) -> PlainScalar {
        switch text {
        case "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "y", "Y", "on", "On", "ON": .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "n", "N", "off", "Off", "OFF": .bool(false)
        default: .string
        }
    }

    private static func number(_ text: String) -> PlainScalar {
        let digits = text.filter { $0 != "_" }
        if let value = integer(digits) { return .integer(value) }
        let isDecimal = digits.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        // `Double` itself refuses what is not a number, such as a date or a version with two dots.
        if isDecimal, digits.utf8.contains(where: { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let value = Double(digits), value.isFinite
        {
            return .double(value)
        }
        return .string
    }

    private static func integer(_ digits: String) -> Int64? {
        let isNegative = digits.hasPrefix("-")
        let unsigned = digits.drop { $0 == "-" || $0 == "+" }
        // `UInt64` takes a sign of its own, so there must be none behind a prefix: `0x+5` is a string.
        guard digits.count - unsigned.count <= 1, unsigned.first?.isNumber == true,
            !unsigned.contains(where: { $0 == "+" || $0 == "-" })
        else { return nil }
        let prefixes: [(String, Int)] = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)]
        let magnitude: UInt64? =
            if let (prefix, radix) = prefixes.first(where: { unsigned.hasPrefix($0.0) }) {
                UInt64(unsigned.dropFirst(prefix.count), radix: radix)
            } else if unsigned.hasPrefix("0"), unsigned.count > 1 {
                UInt64(unsigned.dropFirst(), radix: 8)
            } else {
                UInt64(unsigned)
            }
        guard let magnitude else { return nil }
        return isNegative ? negative(magnitude) : Int64(exactly: magnitude)
    }

    private static func negative(_ magnitude: UInt64) -> Int64? {
        magnitude == 1 << 63 ? .min : Int64(exactly: magnitude).map { -$0 }
    }
}
