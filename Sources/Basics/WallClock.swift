// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The time of day, for people, signatures and the deadline of a clean-up: it may jump. Waiting is measured by
/// `ContinuousClock`.
package enum WallClock {
    package static var microsecondsSinceEpoch: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    package static var secondsSinceEpoch: Int64 { microsecondsSinceEpoch / 1_000_000 }
}
