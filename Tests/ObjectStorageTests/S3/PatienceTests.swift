// SPDX-License-Identifier: Apache-2.0

import Basics
import TestSupport
import Testing

@testable import ObjectStorage

@Suite(.timeLimit(.minutes(1)))
struct PatienceTests {
    @Test func onlyWaitingUsesItUp() async throws {
        let clock = ManualClock()
        var patience = Patience(.seconds(10), clock)
        clock.advance(by: .seconds(100))  // somebody else is busy
        try await patience.waiting { clock.advance(by: .seconds(4)) }
        clock.advance(by: .seconds(100))
        #expect(patience.left == .seconds(6))
        await #expect(throws: CancellationError.self) {
            try await patience.waiting {
                clock.advance(by: .seconds(7))
                throw CancellationError()
            }
        }
        await #expect(throws: DeadlineExceeded.self) { try await patience.waiting {} }
    }
}
