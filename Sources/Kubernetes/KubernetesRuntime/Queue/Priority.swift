// SPDX-License-Identifier: Apache-2.0

/// How soon a key deserves a worker.
package enum Priority: Hashable, Sendable {
    /// Somebody is waiting: an edit, a child that changed.
    case urgent
    /// The first list, a poll, a retry.
    case background
}
