// SPDX-License-Identifier: Apache-2.0

/// How much heap a Java machine gets in a container.
package enum HeapSize {
    /// Half of a memory limit as Java writes sizes: `1G` for `2Gi`, `715M` for `1500M`. What is not a whole number of
    /// mebibytes is rounded down; at least `2M`, the least that Java takes.
    package static func half(of limit: String) -> String {
        let mebibytes = max(2, (Quantity(limit)?.whole ?? 0) / (2 << 20))
        return mebibytes.isMultiple(of: 1024) ? "\(mebibytes / 1024)G" : "\(mebibytes)M"
    }
}
