// SPDX-License-Identifier: Apache-2.0

import Basics

@testable import Operator

extension ImageTransfers {
    /// With the test as the one who wants.
    func run() async { await run { try? await Latch().wait() } }
}

extension ConnectPolls {
    /// With the test as the one who wants.
    func run() async { await run { try? await Latch().wait() } }
}
