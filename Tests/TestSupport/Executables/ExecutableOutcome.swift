// SPDX-License-Identifier: Apache-2.0

/// How a program ended, and what it wrote.
package struct ExecutableOutcome: Sendable {
    /// Its exit code; 128 and the signal's number where a signal ended it, as shells say it.
    package var status: Int32
    /// What it wrote to standard output.
    package var output: String
    /// What it wrote to standard error.
    package var errors: String
}
