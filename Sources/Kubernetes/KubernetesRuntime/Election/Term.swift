// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// One time of leading, from taking the lease to losing or releasing it.
package final class Term<C: Clock<Duration>>: Sendable {
    /// Grows from leader to leader: the log tells terms apart by it.
    package let epoch: Int

    /// Opens when the lease cannot be kept.
    let lost = Latch()

    private let clock: C
    private let limit: Duration
    private let sentAt: Locked<C.Instant>

    init(_ epoch: Int, clock: C, limit: Duration, sentAt: C.Instant) {
        self.epoch = epoch
        self.clock = clock
        self.limit = limit
        self.sentAt = Locked(sentAt)
    }

    /// Whether nobody else can have the lease now. Asked before every write.
    package var isHeld: Bool { !lost.isOpen && timeLeft > .zero }

    /// Until somebody else may take the lease, if no renewal works meanwhile.
    var timeLeft: Duration { limit - sentAt.withLock { $0 }.duration(to: clock.now) }

    func renewed(_ instant: C.Instant) { sentAt.withLock { $0 = instant } }

    func end() { lost.open() }
}
