// SPDX-License-Identifier: Apache-2.0

/// How the process ended, for scripts. The numbers are documented and do not change.
package enum ExitCode: Int32, Sendable {
    case success = 0
    /// What was asked for did not work; standard error says why.
    case failure = 1
    /// What was typed is not what the command takes; nothing was tried.
    case usage = 2
    /// The leader's work did not end after the lease was lost; the process ends so that nothing happens twice.
    case leaseLost = 3
}
