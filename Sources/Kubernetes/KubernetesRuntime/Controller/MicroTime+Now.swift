// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesModel

extension MicroTime {
    /// By the machine's clock.
    package static var now: MicroTime { MicroTime(microsecondsSinceEpoch: WallClock.microsecondsSinceEpoch) }
}
