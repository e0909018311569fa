// SPDX-License-Identifier: Apache-2.0

/// Writes plain tar archives, as `docker save` does.
struct TarWriter {
    private(set) var bytes: [UInt8] = []

    mutating func file(_ name: String, _ content: [UInt8]) {
        header(name, size: content.count, type: "0", target: "")
        bytes += content
        pad()
    }

    mutating func link(_ name: String, to target: String) { header(name, size: 0, type: "2", target: target) }

    mutating func finish() { bytes += [UInt8](repeating: 0, count: 1024) }

    private mutating func header(_ name: String, size: Int, type: String, target: String) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        func octal(_ number: Int, _ width: Int) -> String {
            let digits = String(number, radix: 8)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(octal(size, 11), at: 124)
        put("00000000000", at: 136)
        put("        ", at: 148)
        put(type, at: 156)
        put(target, at: 157)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
        bytes += block
    }

    private mutating func pad() {
        bytes += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }
}
