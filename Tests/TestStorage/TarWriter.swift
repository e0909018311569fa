// SPDX-License-Identifier: Apache-2.0

/// Writes tars, plain ones as `docker save` does and odd ones as nobody should.
package struct TarWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// - Parameter mode: in octal digits.
    package mutating func file(_ name: String, _ content: [UInt8], mode: String = "0000644", prefix: String = "") {
        block(name, size: Self.octal(content.count, 11), type: "0", mode: mode, prefix: prefix)
        bytes += content
        pad()
    }

    package mutating func file(_ name: String, _ text: String) { file(name, Array(text.utf8)) }

    package mutating func link(_ name: String, to target: String, isHard: Bool = false) {
        block(name, size: Self.octal(0, 11), type: isHard ? "1" : "2", target: target)
    }

    package mutating func folder(_ name: String) { block(name, size: Self.octal(0, 11), type: "5") }

    /// A header for POSIX attributes of the next entry.
    package mutating func pax(_ attributes: [(String, String)]) {
        var text = ""
        for (key, value) in attributes {
            // The length counts its own digits.
            var length = key.utf8.count + value.utf8.count + 3
            while String(length).count + key.utf8.count + value.utf8.count + 3 != length { length += 1 }
            text += "\(length) \(key)=\(value)\n"
        }
        entry("PaxHeader", Array(text.utf8), type: "x")
    }

    /// A header of GNU's for the next entry's name (`L`) or target (`K`).
    package mutating func gnu(_ type: String, _ text: String) {
        entry("././@LongLink", Array(text.utf8) + [0], type: type)
    }

    /// An entry of any type, with content.
    package mutating func entry(_ name: String, _ content: [UInt8], type: String) {
        block(name, size: Self.octal(content.count, 11), type: type)
        bytes += content
        pad()
    }

    /// A header whose size field is as given, and nothing behind it.
    package mutating func header(_ name: String, sizeField: [UInt8], type: String = "0") {
        block(name, size: sizeField, type: type)
    }

    package mutating func append(_ more: [UInt8]) { bytes += more }

    package mutating func finish() { bytes += [UInt8](repeating: 0, count: 1024) }

    /// Octal digits, as they stand in a header.
    package static func octal(_ number: Int, _ width: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array((String(repeating: "0", count: width - digits.count) + digits).utf8)
    }

    private mutating func block(
        _ name: String,
        size: [UInt8],
        type: String,
        target: String = "",
        mode: String = "0000644",
        prefix: String = ""
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], at offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        put(Array(name.utf8.prefix(100)), at: 0)
        put(Array(mode.utf8), at: 100)
        put(Array("0000000".utf8), at: 108)
        put(Array("0000000".utf8), at: 116)
        put(size, at: 124)
        put(Array("00000000000".utf8), at: 136)
        put(Array("        ".utf8), at: 148)
        put(Array(type.utf8), at: 156)
        put(Array(target.utf8.prefix(100)), at: 157)
        put(Array("ustar".utf8), at: 257)
        put(Array("00".utf8), at: 263)
        put(Array(prefix.utf8), at: 345)
        put(Self.octal(block.reduce(0) { $0 + Int($1) }, 6) + [0, 0x20], at: 148)
        bytes += block
    }

    private mutating func pad() { bytes += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512) }
}
