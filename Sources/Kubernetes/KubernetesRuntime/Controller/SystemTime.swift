// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import KubernetesModel

/// The time of day, for what people read. Nothing is decided by it but the deadline of a cleanup.
package enum SystemTime {
    package static var now: MicroTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return MicroTime(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
