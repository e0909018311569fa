// SPDX-License-Identifier: Apache-2.0

/// Data that is damaged, or larger than it may be.
package struct CompressionError: Error, Equatable, Sendable {
    package var message: String
}
