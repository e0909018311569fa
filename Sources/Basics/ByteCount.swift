// SPDX-License-Identifier: Apache-2.0

/// A number of bytes, never negative by meaning; prints with a unit a person reads: `42.0 MiB`.
package struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bytes: Int64

    package init(_ bytes: Int64) { self.bytes = bytes }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    package var description: String {
        let units: [(name: String, shift: Int64)] = [("GiB", 30), ("MiB", 20), ("KiB", 10)]
        guard let unit = units.first(where: { bytes >= 1 << $0.shift }) else { return "\(bytes) B" }
        let tenths = bytes / (1 << (unit.shift - 3)) * 10 / 8  // in two steps, so that nothing overflows
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
