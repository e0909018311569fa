// SPDX-License-Identifier: Apache-2.0

package import Basics

extension Latch {
    /// Waits even if the task is cancelled: as work does that does not end when it should.
    package func waitInAnyCase() async { await Task { try? await wait() }.value }
}
