// SPDX-License-Identifier: Apache-2.0

/// A type that knows how to write itself.
public protocol JSONEncodable {
    func write(to writer: inout JSONWriter)
}

extension JSONEncodable {
    /// The same bytes for the same value, always: the order of the fields is the order of the code.
    public var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}

/// Builds JSON text, compact and without a tree in between.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    /// Writes an object whose members `body` writes.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// Writes an array whose elements `body` writes.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// A member of an object. `nil` leaves it out: in server-side apply a field that is written is a field that is
    /// owned.
    public mutating func field(_ key: String, _ value: (some JSONEncodable)?) {
        guard let value else { return }
        string(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        value.write(to: &self)
    }

    /// Writes `null`.
    public mutating func null() { raw("null") }

    /// Text that is already JSON: numbers and literals.
    mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy({ !Self.mustBeEscaped($0) }) {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { appendEscaped(byte) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func enclosed(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(open)
        needsComma = false
        body(&self)
        bytes.append(close)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        guard Self.mustBeEscaped(byte) else {
            bytes.append(byte)
            return
        }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension String: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Bool: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.raw(self ? "true" : "false") }
}

extension Int64: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

extension Int: JSONEncodable {
    public func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

extension Double: JSONEncodable {
    public func write(to writer: inout JSONWriter) {
        assert(isFinite, "JSON has no infinity and no NaN")
        writer.raw(isFinite ? String(self) : "null")
    }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    public func write(to writer: inout JSONWriter) {
        writer.array { writer in
            for element in self { element.write(to: &writer) }
        }
    }
}

extension StringMap: JSONEncodable {
    /// Sorted, so that equal maps are equal bytes.
    public func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) { writer.field(key, value) }
        }
    }
}
